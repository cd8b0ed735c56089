"""The article the shipped guideline is made from, as it stands, is refused, and for these faults."""

from pathlib import Path

import pytest

from guidelines import weekly_only
from guidelines.file_findings import findings_of_file
from guidelines.findings import all_findings
from guidelines.guideline_file import read_guideline_file
from tests.pace import within_seconds

ARTICLE = Path(__file__).parent / "fixtures" / "source_article.yaml"

# fault of the article: what it is called, where it is found
FAULTS = {
    "no interval for the tests on mycophenolate": ("monitoring_without_interval", "monitoring.MMF-REGULARLY"),
    "until stable, and nobody says what stable is": ("undefined_term", "monitoring.MTX-UNTIL-STABLE"),
    "a dose per m² without a limit": ("missing_cap", "regimens.methotrexate"),
    "and that dose is from children": ("other_population", "regimens.methotrexate"),
    "creatinine is measured and changes nothing": ("test_monitored_but_unused", "monitoring.BASE"),
    "the stop rule looks at the liver only": ("stop_rule_too_narrow", "drugs.methotrexate"),
    "nothing about pregnancy": ("missing_pregnancy_rule", "drugs.methotrexate"),
    "hepatitis serology is considered, not decided": ("undecided_consider", "monitoring.BASE-HEPATITIS"),
    "hydroxychloroquine without a limit by weight": ("weight_limit_missing", "regimens.hydroxychloroquine"),
    "hydroxychloroquine without an eye test": ("examination_missing", "drugs.hydroxychloroquine"),
    "never discontinue, against every stop rule": ("never_stop_without_exception", "statements.T4"),
    "abbreviations of drugs": ("abbreviation", "statements.A0"),
    "citation 5 leads nowhere": ("dangling_citation", "statements.D3"),
    "the publisher cites itself": ("self_published", "statements.A4"),
    "no day by which it is reviewed": ("review_date_missing", "review_by"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_article_is_found_and_blocks(fault: str) -> None:
    found = {(f.code, f.place) for f in findings_of_file(ARTICLE) if f.severity == "blocking"}

    assert FAULTS[fault] in found


def test_the_faults_have_codes_of_their_own() -> None:
    assert len({code for code, _ in FAULTS.values()}) == len(FAULTS) >= 12


def test_creatinine_is_named_where_nobody_uses_it() -> None:
    unused = [f.message for f in findings_of_file(ARTICLE) if f.code == "test_monitored_but_unused"]

    assert any(message.startswith("Creatinine: ") for message in unused)


def test_judging_the_article_takes_well_under_a_second() -> None:
    package = read_guideline_file(ARTICLE).package
    all_findings(package)  # reads the libraries once

    within_seconds(1, lambda: all_findings(package, weekly_only.in_libraries()))
