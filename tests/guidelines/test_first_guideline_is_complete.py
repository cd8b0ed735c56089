"""The first guideline says everything its article says, in two wordings, with the source and with what speaks against it.

The tables here are the checklist of the article: what it claims, on which of its five references, and every doubt.
"""

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Package
from tests.engine.patients import read_shipped

# Statement: the article's references, and the doubts about it.
CLAIMS = {
    "S1": ("R1 R2", "C7 C15 C16"),
    "A1": ("R1", "C4 C10 C28"),
    "A2": ("R1", ""),
    "A3": ("R1", "C14"),
    "A4": ("R1 R2", "C5 C9 C25"),
    "W1": ("R3", "C2 C16"),
    "W2": ("R3", "C5 C20"),
    "W3": ("R4", "C3"),
    "W4": ("R3 R2", "C5 C6 C24"),
    "W5": ("R3", ""),
    "U1": ("R1 R2", "C7"),
    "U2": ("R3 R1", "C27"),
    "U3": ("R2 R5", "C1 C7"),
    "U4": ("R2", "C8"),
    "D1": ("R1 R2", "C26"),
    "D2": ("R2", "C26"),
    "D3": ("R5", "C1 C21"),
    "MT1": ("R3", "C2 C13"),
    "MT2": ("R3", "C14"),
    "MT3": ("R3", "C12"),
    "MM1": ("R2", "C11"),
    "MM2": ("R2", ""),
    "T1": ("R3", "C14"),
    "T2": ("R2", "C19"),
    "T3": ("R2", "C19"),
    "T4": ("R2", ""),
    "P1": ("R1 R2", "C9"),
    "P2": ("R1", "C9"),
    "P3": ("R3 R2", ""),
    "P4": ("R4", ""),
}
# Where a reader must meet each conflict, beside the statements above.
WHERE = {
    "C1": "statements.U3 statements.D3",
    "C2": "statements.MT2 monitoring.MON-MTX-1 monitoring.MON-MTX-2 safety_rules.MTX-B-LFT3",
    "C3": "statements.W3 statements.P4",
    "C4": "regimens.hydroxychloroquine steps.S1 safety_rules.HCQ-W-DOSE5",
    "C5": "regimens.methotrexate steps.S2 safety_rules.MTX-W-ADULT25 safety_rules.MTX-B-MAX40",
    "C6": "regimens.methotrexate safety_rules.MTX-W-ADULT25",
    "C7": "steps.S2 steps.S3",
    "C8": "steps.S5_ILD safety_rules.MTX-B-ILD",
    "C9": "steps.S2 safety_rules.MTX-W-MONO",
    "C10": (
        "monitoring.MON-BASE-HCQ monitoring.MON-BASE-HCQ-ECG monitoring.MON-HCQ-1 monitoring.MON-HCQ-2 "
        "monitoring.MON-HCQ-3 monitoring.MON-HCQ-4 monitoring.MON-BASE-PRED monitoring.MON-PRED-1 "
        "monitoring.MON-PRED-2 monitoring.MON-PRED-3"
    ),
    "C11": "monitoring.MON-MMF-1 monitoring.MON-MMF-2 monitoring.MON-MMF-3 monitoring.MON-MMF-4 monitoring.MON-MMF-LFT",
    "C12": "safety_rules.MTX-B-LFT3 safety_rules.MTX-W-LFT3U safety_rules.MTX-W-LFT13",
    "C13": "statements.A4 statements.W4 statements.MM1 monitoring.MON-BASE-MTX-PREG monitoring.MON-MMF-PREG",
    "C14": "statements.U1 statements.T3 monitoring.MON-REVIEW safety_rules.MTX-B-TAPER12",
    "C15": "statements.S1",
    "C16": "statements.Q0 steps.S2 safety_rules.G-W-MDA5",
    "C17": "statements.M1 statements.M2",
    "C18": "statements.M3 steps.S4 monitoring.MON-HCQ-1 monitoring.MON-MMF-4 safety_rules.MTX-B-CBC",
    "C19": "steps.S7 steps.S7_WITHDRAW safety_rules.MMF-B-STOP12",
    "C20": "statements.W2",
    "C21": "statements.MM2 steps.S3 monitoring.MON-MMF-SKIN safety_rules.MMF-I-CANCER",
    "C22": "statements.MT1 steps.S1 monitoring.MON-BASE-HCQ safety_rules.G-I-CANCER safety_rules.G-W-ILDSCREEN",
    "C23": "steps.S1B steps.S4 statements.U1",
    "C24": "regimens.folic_acid safety_rules.MTX-W-FOLIC",
    "C25": "regimens.prednisone steps.S2 safety_rules.PRED-W-CAP60",
    "C26": "regimens.mycophenolate_mofetil steps.S3",
    "C27": "steps.S2",
    "C28": "steps.S1 safety_rules.HCQ-I-RASH",
    "C29": "steps.S1 statements.A4",
}
CARRIERS = ("statements", "safety_rules", "steps", "monitoring", "regimens")


@pytest.fixture(scope="module")
def shipped() -> CompiledPackage:
    return read_shipped()


@pytest.fixture(scope="module")
def package(shipped: CompiledPackage) -> Package:
    return shipped.package


def carrying(package: Package, conflict: str) -> set[str]:
    return {
        f"{name}.{entry.key}" for name in CARRIERS for entry in getattr(package, name) if conflict in entry.conflicts
    }


@pytest.mark.parametrize("key", CLAIMS)
def test_a_claim_of_the_article_has_two_wordings_a_section_and_its_sources(shipped: CompiledPackage, key: str) -> None:
    statement = shipped.statements[key]
    references, doubts = CLAIMS[key]

    cited = [citation.reference for citation in statement.citations]

    assert statement.plain and statement.clinician and statement.plain != statement.clinician
    assert statement.section in {section.key for section in shipped.package.sections}
    assert {*references.split(), "ARTICLE"} <= set(cited) <= set(shipped.references)
    assert [citation for citation in statement.citations if citation.locator], "says nowhere where to look"
    assert set(doubts.split()) <= set(statement.conflicts)


def test_the_conflicts_are_those_that_were_found(package: Package) -> None:
    found = [conflict.key for conflict in package.conflicts]

    assert [key for key in found if key.startswith("C")] == [f"C{number}" for number in range(1, 30)] == list(WHERE)


@pytest.mark.parametrize("conflict", WHERE)
def test_a_conflict_stands_where_it_matters(package: Package, conflict: str) -> None:
    claims = {f"statements.{key}" for key, (_, doubts) in CLAIMS.items() if conflict in doubts.split()}

    assert claims | set(WHERE[conflict].split()) <= carrying(package, conflict)


def test_the_figures_of_the_old_series_say_whose_they_are(shipped: CompiledPackage) -> None:
    statement = shipped.statements["W3"]

    for wording in (statement.clinician, statement.plain or ""):
        assert all(figure in wording for figure in ("18 weeks", "10 patients", "13 weeks"))
    assert "2 of these 3 improved" in statement.clinician
    assert "of these 2 got better" in (statement.plain or "")
    assert shipped.references["R4"].participants == shipped.references["ZA"].participants == 10


def test_a_fact_that_names_a_source_cites_it(shipped: CompiledPackage) -> None:
    """Author and year, as the title of the reference begins."""
    named = {
        reference.key: f"{reference.title.split()[0]} {reference.year}"
        for reference in shipped.package.references if reference.year
    }  # fmt: skip
    naming = [
        (fact.key, key) for fact in shipped.package.facts for key, name in named.items() if name in (fact.why or "")
    ]

    assert ("cdasi_change", "ANYANWU15") in naming
    assert [(fact, key) for fact, key in naming if key not in shipped.facts[fact].cites] == []
