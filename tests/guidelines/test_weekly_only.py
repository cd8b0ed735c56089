"""A drug that is taken once a week has no other frequency, by whatever way somebody tries to write one."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from pydantic import ValidationError

from guidelines.engine.content import Package, Regimen
from guidelines.engine.dosing import Dose, dose_for
from guidelines.engine.reading import read_facts
from guidelines.engine.resolve import Resolved
from guidelines.guideline_file import ContentRefused, read_guideline
from guidelines.models import Drug, Version
from guidelines.models import Regimen as RegimenRow
from tests.factories_guidelines import ITCHING_ELBOW, draft, edited, itching_elbow, published

CHECK = "weekly_only_drugs_are_given_weekly"
KEY = "a_regimen_is_as_weekly_as_its_drug"


@pytest.fixture
def version(db: None) -> Version:
    return draft()


def sql(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def daily_row(version: Version, *, weekly_only: bool) -> RegimenRow:
    return RegimenRow(
        version=version, position=9, key="daily", drug="calmine", weekly_only=weekly_only, title="x", route="x",
        frequency_type="daily", frequency_times=1, basis="fixed", unit="mg", amount_per="day", min=Decimal(1),
        max=Decimal(2), rounding_direction="down", weekly_tablets=False, spares_main_weekday=False,
    )  # fmt: skip


def test_the_type_has_no_such_package() -> None:
    package = itching_elbow()
    weekly = package.regimens[0]
    daily = Regimen.model_validate({**dict(weekly), "frequency": {"type": "daily", "times": 1}})

    with pytest.raises(ValidationError, match="calmine must be weekly"):
        Package.model_validate({**dict(package), "regimens": (daily,)})


@pytest.mark.parametrize("weekly_only", [True, False])
def test_saving_a_row_is_refused(version: Version, weekly_only: bool) -> None:
    with pytest.raises(IntegrityError, match=CHECK if weekly_only else KEY), transaction.atomic():
        daily_row(version, weekly_only=weekly_only).save()


@pytest.mark.parametrize("weekly_only", [True, False])
def test_bulk_create_is_refused(version: Version, weekly_only: bool) -> None:
    with pytest.raises(IntegrityError, match=CHECK if weekly_only else KEY), transaction.atomic():
        RegimenRow.objects.bulk_create([daily_row(version, weekly_only=weekly_only)])


@pytest.mark.parametrize(
    ("change", "name"),
    [
        pytest.param({"frequency_type": "daily", "frequency_times": 1}, CHECK, id="frequency"),
        pytest.param({"amount_per": "day"}, CHECK, id="amount per day"),
        pytest.param({"weekly_tablets": True}, "a_frequency_is_weekly|" + CHECK, id="tablets of every day"),
        pytest.param({"frequency_times": 7}, "a_frequency_is_weekly|" + CHECK, id="seven times a week"),
        pytest.param({"weekly_only": False}, KEY, id="flag of the regimen"),
        pytest.param(
            {"weekly_only": False, "frequency_type": "daily", "frequency_times": 1, "amount_per": "day"}, KEY, id="all"
        ),
    ],
)
def test_update_is_refused(version: Version, change: dict[str, object], name: str) -> None:
    rows = RegimenRow.objects.filter(version=version, key="calmine")

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        rows.update(**change)

    assert rows.get().frequency_type == "weekly"


def test_a_weekly_regimen_of_any_drug_is_not_spread_over_the_week(version: Version) -> None:
    weekly = {"frequency_type": "weekly", "frequency_times": None, "amount_per": "week"}
    rows = RegimenRow.objects.filter(version=version, key="soothine")

    rows.update(**weekly)
    with pytest.raises(IntegrityError, match="a_frequency_is_weekly"), transaction.atomic():
        rows.update(weekly_tablets=True)


def test_a_regimen_of_another_drug_cannot_become_one_of_this(version: Version) -> None:
    rows = RegimenRow.objects.filter(version=version, key="soothine")

    with pytest.raises(IntegrityError, match=KEY), transaction.atomic():
        rows.update(drug="calmine")
    with pytest.raises(IntegrityError, match=CHECK), transaction.atomic():
        rows.update(drug="calmine", weekly_only=True)


def test_raw_sql_on_the_regimen_is_refused(version: Version) -> None:
    with pytest.raises(IntegrityError, match=CHECK):
        sql("UPDATE guidelines_regimen SET frequency_type = 'daily', frequency_times = 1 WHERE drug = 'calmine'")
    with pytest.raises(IntegrityError, match=KEY):
        sql(
            "UPDATE guidelines_regimen SET weekly_only = false, frequency_type = 'daily', frequency_times = 1"
            " WHERE drug = 'calmine'"
        )


def test_raw_sql_on_the_drug_is_refused(version: Version) -> None:
    with pytest.raises(IntegrityError, match=KEY):
        sql("UPDATE guidelines_drug SET weekly_only = false WHERE key = 'calmine'")
    with pytest.raises(IntegrityError, match=KEY):
        sql("DELETE FROM guidelines_product")
        sql("DELETE FROM guidelines_drug WHERE key = 'calmine'")


def test_the_flag_of_a_drug_with_regimens_cannot_be_flipped(version: Version) -> None:
    with pytest.raises(IntegrityError, match=KEY), transaction.atomic():
        Drug.objects.filter(version=version, key="calmine").update(weekly_only=False)


def test_both_tables_in_one_statement_are_refused(version: Version) -> None:
    with pytest.raises(IntegrityError):
        sql(
            "WITH flipped AS (UPDATE guidelines_drug SET weekly_only = false WHERE key = 'calmine')"
            " UPDATE guidelines_regimen SET frequency_type = 'daily', frequency_times = 1, amount_per = 'day'"
            " WHERE drug = 'calmine'"
        )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ITCHING_ELBOW.read_text().replace("{type: weekly}", "{type: daily, times: 1}"), id="YAML"),
        pytest.param(
            itching_elbow().canonical_json().replace('{"type":"weekly"}', '{"times":1,"type":"daily"}'), id="JSON"
        ),
    ],
)
def test_a_file_is_refused(text: str) -> None:
    with pytest.raises(ContentRefused, match="calmine must be weekly: calmine is taken once a week only"):
        read_guideline(text)


WEEKLY = "    frequency: {type: weekly}\n"
COMPANION = "{regimen: soothine, role: companion, when: itching_badly}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(WEEKLY, f"{WEEKLY}    weekly_tablets: true\n", "calmine: weekly_tablets is for", id="tablets"),
        pytest.param(
            "- amount: 25\n        per: week",
            "- amount: 25\n        per: day",
            "no amount, cap or titration is per day",
            id="cap",
        ),
        pytest.param("2.5\n      per: week", "2.5\n      per: day", "or titration is per day", id="titration"),
        pytest.param(COMPANION, "{regimen: calmine, role: companion}", "E1-calmine gives calmine twice", id="twice"),
    ],
)
def test_nothing_of_a_weekly_drug_is_daily(old: str, new: str, message: str) -> None:
    assert old in ITCHING_ELBOW.read_text()

    with pytest.raises(ContentRefused, match=message):
        read_guideline(ITCHING_ELBOW.read_text().replace(old, new, 1))


def test_the_dose_of_a_weekly_only_drug_has_no_pattern_over_the_week() -> None:
    compiled = read_guideline(ITCHING_ELBOW.read_text())
    facts = {"as_of": "2026-01-05", "facts": {"weight_kg": {"value": "62"}}}
    dose = dose_for(compiled.regimens["calmine"], Resolved(compiled, read_facts(facts, compiled)))
    assert isinstance(dose, Dose)

    with pytest.raises(ValueError, match="calmine is taken once a week"):
        replace(dose, pattern="4 tablets every day")


# --- a file that forgot it -----------------------------------------------------------------------------------------


def daily_methotrexate() -> str:
    """The shipped library says of this drug that it is weekly-only; this guideline does not."""
    return (
        ITCHING_ELBOW.read_text()
        .replace("soothine_", "mtx_").replace("soothine", "methotrexate")
    )  # fmt: skip


def daily_calmine() -> Package:
    """Only an approved version says of this drug that it is weekly-only."""
    text = (
        ITCHING_ELBOW.read_text()
        .replace("    weekly_only: true\n", "")
        .replace("key: calmine\n    name", "key: other\n    name")
    )
    text = text.replace("drug: calmine", "drug: other").replace("drugs: [calmine]", "drugs: [other]")
    text = text.replace(WEEKLY, "    frequency: {type: daily, times: 1}\n").replace(
        "taking: {calmine", "taking: {other"
    )
    return read_guideline(text).package


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("x", "x", id="key and name"),
        pytest.param("name: methotrexate", "name: something else", id="key"),
        pytest.param(
            "  - key: methotrexate\n    name: methotrexate",
            "  - key: methotrexate\n    name: something\n    rxnorm: 6851",
            id="code",
        ),
    ],
)
def test_a_file_that_forgot_it_is_no_guideline(tmp_path: Path, old: str, new: str) -> None:
    path, facts = tmp_path / "elbow.yaml", tmp_path / "facts.json"
    path.write_text(daily_methotrexate().replace(old, new, 1))
    facts.write_text('{"as_of": "2026-01-05"}')
    out = StringIO()

    for command in (("load_guideline", path), ("decide", "itching-elbow", facts, "--file", path)):
        with pytest.raises(CommandError, match=r"taken once a week only, says the library drugs\.yaml"):
            call_command(*map(str, command))
    with pytest.raises(SystemExit):
        call_command("lint_guideline", str(path), stdout=out)

    assert "blocking weekly_only_missing drugs.methotrexate: " in out.getvalue()
    assert not Version.objects.exists()


@pytest.mark.django_db
def test_what_an_approved_version_says_is_not_forgotten_in_the_next() -> None:
    published()

    with pytest.raises(ContentRefused, match="says the approved version 1 of itching-elbow; write weekly_only: true"):
        draft(daily_calmine())


@pytest.mark.django_db
def test_a_draft_made_before_its_drug_was_known_is_told_so_by_the_lint() -> None:
    daily = edited(daily_calmine(), slug="knee")
    draft(daily)
    published()
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("lint_guideline", "knee", "--version", "1", stdout=out)

    assert "weekly_only_missing drugs.other" in out.getvalue()
