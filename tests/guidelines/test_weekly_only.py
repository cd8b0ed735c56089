"""A drug that is taken once a week has no other frequency, by whatever way somebody tries to write one."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from pydantic import ValidationError

from guidelines.engine.content import Package, Regimen
from guidelines.guideline_file import ContentRefused, read_guideline
from guidelines.models import Drug, Version
from guidelines.models import Regimen as RegimenRow
from tests.factories_guidelines import ITCHING_ELBOW, draft, itching_elbow

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
