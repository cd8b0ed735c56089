"""Files of results as they are read: what stands in them, and one clear error for each of very many broken ones."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from guidelines.engine.compiled import compile_package
from patients.results.catalogue import Catalogue
from patients.results.csv_file import read_csv, template
from patients.results.fhir_bundle import read_bundle
from patients.results.reading import Read, read_result
from patients.results.sent import FileRefused, Sent
from tests import factories_patients as make
from tests.factories_guidelines import itching_elbow
from tests.pace import within_seconds
from tests.patients import result_files as files

UTC = ZoneInfo("UTC")
TODAY = make.days_ago(0)
CATALOGUE = Catalogue([compile_package(itching_elbow())])
BROKEN = list(files.broken_files())


def read(raw: bytes) -> list[Sent]:
    """As the view tells one kind from the other."""
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return read_bundle(raw, CATALOGUE, UTC)
    return read_csv(raw)


def understood(raw: bytes) -> list[Read]:
    return [read_result(one.told, CATALOGUE, TODAY) for one in read(raw)]


def test_there_are_many_broken_files_and_no_two_are_called_the_same() -> None:
    assert len(BROKEN) >= 200
    assert len({name for name, _ in BROKEN}) == len(BROKEN)


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in BROKEN])
def test_a_broken_file_is_one_clear_error_with_its_place_within_a_second(raw: bytes) -> None:
    def refusal() -> str:
        with pytest.raises(FileRefused) as refused:
            read(raw)
        return str(refused.value)

    sentence = within_seconds(1, refusal)

    assert sentence.startswith(("Line ", "The file ", "entry", "resourceType", "bundle"))
    assert sentence.endswith((".", "?"))
    assert len(sentence) < 400


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_file_is_read_with_any_separator_a_mark_and_windows_ends_of_lines(separator: str) -> None:
    raw = b"\xef\xbb\xbf" + files.csv_of(files.line(), files.line(value="56", id="L-2"), separator=separator)
    one, other = read(raw.replace(b"\n", b"\r\n"))

    assert (one.numbers, one.told.name, one.told.value, one.told.unit) == (("E-1",), "itch_marker", "55", "U/L")
    assert (one.told.upper_limit, one.told.day, one.told.place, one.external_id) == ("40", "2026-03-09", "Line 2", "")
    assert (other.external_id, other.is_correction) == ("L-2", True)


def test_a_quoted_part_may_hold_a_separator_and_a_line_keeps_its_number() -> None:
    raw = files.csv_of(('"E-1, old"', *files.line()[1:]), (), files.line())

    one, other = read(raw)

    assert one.numbers == ("E-1, old",)
    assert other.told.place == "Line 4"


def test_the_template_can_be_read_once_it_is_filled_in() -> None:
    lines = template(CATALOGUE).splitlines()

    filled = "\n".join([lines[0], lines[1].replace(",,U/L", ",55,U/L").replace("U/L,,", "U/L,40,2026-03-09")])

    [one] = read(f"{filled}\n".encode())
    assert (one.told.name, one.told.value, one.told.unit) == ("itch_marker", "55", "U/L")


def answer(**more: Any) -> Read:
    [found] = understood(files.bundle(files.observation(**more)))
    return found


def test_an_observation_is_read_with_its_very_digits() -> None:
    [sent] = read(files.bundle(files.observation(valueQuantity=files.quantity("62.50", "kg"))))

    found = read_result(sent.told, CATALOGUE, TODAY)

    assert found.answer == {"value": "62.50", "unit": "kg", "taken_on": "2026-03-09"}
    assert (sent.numbers, sent.external_id, sent.is_correction, sent.is_cancelled) == (("E-1",), "o1", False, False)


def test_a_unit_is_converted_by_the_factor_of_the_content() -> None:
    found = answer(valueQuantity=files.quantity("140", "[lb_av]"))

    assert found.answer["unit"] == "[lb_av]"
    assert found.converted == "140 lb × 0.453592 = 63.5029 kg"


@pytest.mark.parametrize(
    ("written", "zone", "day"),
    [
        ("2026-03-09T23:30:00Z", "Pacific/Auckland", "2026-03-10"),
        ("2026-03-09T00:30:00+02:00", "UTC", "2026-03-08"),
        ("2026-03-29T00:59:59Z", "Europe/Berlin", "2026-03-29"),
        ("2026-03-09", "Pacific/Auckland", "2026-03-09"),
        ("2026-03-09T23:30:00.123456789-10:00", "America/New_York", "2026-03-10"),
    ],
)
def test_a_moment_belongs_to_the_clinics_day(written: str, zone: str, day: str) -> None:
    [sent] = read_bundle(files.bundle(files.observation(effectiveDateTime=written)), CATALOGUE, ZoneInfo(zone))

    assert sent.told.day == day


@pytest.mark.parametrize(
    ("more", "part"),
    [
        pytest.param({"status": "preliminary"}, "Its status is preliminary", id="preliminary"),
        pytest.param({"status": None}, "not said", id="no status"),
        pytest.param({"code": {"text": "weight"}}, "no LOINC code", id="no code"),
        pytest.param({"code": {"coding": [{"system": files.LOINC, "code": "1-1"}]}}, "is no result", id="another code"),
        pytest.param({"valueQuantity": files.quantity("62", "[stone_av]")}, "not a unit of weight", id="another unit"),
        pytest.param({"valueQuantity": {"value": files.Exactly("62")}}, "The unit is missing", id="no unit"),
        pytest.param({"valueQuantity": files.quantity("62", "kg", comparator="<")}, "no exact number", id="comparator"),
        pytest.param({"valueQuantity": files.quantity("-62", "kg")}, "Write a number", id="a negative number"),
        pytest.param({"valueQuantity": files.quantity("620", "kg")}, "impossible", id="impossible"),
        pytest.param({"valueQuantity": None}, "The value is missing", id="no value"),
        pytest.param({"valueQuantity": None, "valueRange": {}}, "A valueRange is not read", id="a range"),
        pytest.param({"effectiveDateTime": "2026-03"}, "is no day", id="a month"),
        pytest.param({"effectiveDateTime": "2026-02-30"}, "There is no day", id="a day that is none"),
        pytest.param({"effectiveDateTime": "0001-01-01T00:00:00+14:00"}, "There is no day", id="before all days"),
        pytest.param({"effectiveDateTime": None}, "when the sample was taken", id="no day"),
        pytest.param({"effectiveDateTime": "2999-01-01"}, "in the future", id="the future"),
        pytest.param({"modifierExtension": [{"url": "x"}]}, "extension", id="an extension that changes the meaning"),
        pytest.param({"status": "entered-in-error", "id": None}, "no identifier", id="an error without identifier"),
    ],
)
def test_an_observation_that_cannot_be_used_refuses_only_itself(more: dict[str, Any], part: str) -> None:
    wrong, right = understood(files.bundle(files.observation(**more), files.observation(id="fine")))

    assert part in wrong.why_not
    assert right.why_not == ""


def marker(**more: Any) -> dict[str, Any]:
    """The marker has no LOINC code in this guideline; its key stands for one."""
    return files.observation(
        **{
            "code": {"coding": [{"system": files.LOINC, "code": "itch_marker"}]},
            "valueQuantity": files.quantity("55", "U/L"),
            **more,
        }
    )


def test_the_upper_end_of_the_reference_range_is_the_upper_limit() -> None:
    [found] = understood(
        files.bundle(
            marker(referenceRange=[{"low": {"value": files.Exactly("10")}, "high": files.quantity("40", "U/L")}])
        )
    )

    assert found.answer["upper_limit"] == "40"


@pytest.mark.parametrize(
    ("ranges", "part"),
    [
        (
            [{"high": files.quantity("40", "U/L")}, {"high": files.quantity("50", "U/L")}],
            "more than one reference range",
        ),
        ([{"high": files.quantity("40", "mg/dL")}], "another unit"),
    ],
)
def test_a_range_that_could_be_another_is_refused(ranges: list[Any], part: str) -> None:
    [found] = understood(files.bundle(marker(referenceRange=ranges)))

    assert part in found.why_not


def test_who_a_result_is_of_is_found_by_every_way_to_refer() -> None:
    person = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"value": "E-1"}, {"value": "NHS-9"}],
        "birthDate": "1980-05-17",
    }
    by = [
        {"reference": "Patient/p1"}, {"reference": "urn:uuid:0"}, {"reference": "#inside"}, {"identifier": {"value": "E-1"}}, None,
    ]  # fmt: skip
    resources = [
        files.observation(id=str(place), subject=subject, contained=[{**person, "id": "inside"}])
        for place, subject in enumerate(by)
    ]

    found = read(files.bundle(person, *resources))

    assert [one.numbers for one in found] == [("E-1", "NHS-9")] * 3 + [("E-1",), ()]
    assert [one.born for one in found] == ["1980-05-17"] * 3 + ["", ""]


def test_each_component_is_a_result_of_its_own() -> None:
    part = {
        "code": {"coding": [{"system": files.LOINC, "code": files.WEIGHT_LOINC}]},
        "valueQuantity": files.quantity("62", "kg"),
    }
    whole = files.observation(
        valueQuantity=None, component=[part, {**part, "code": {"coding": [{"system": files.LOINC, "code": "1-1"}]}}]
    )

    one, other = read(files.bundle(whole))

    assert (one.told.value, one.external_id) == ("62", f"o1#{files.WEIGHT_LOINC}")
    assert other.external_id == "o1#1-1"


def test_the_first_identifier_with_its_system_is_how_a_result_is_known() -> None:
    [found] = read(files.bundle(files.observation(identifier=[{"system": "urn:lab", "value": "77"}], status="amended")))

    assert (found.external_id, found.is_correction) == ("urn:lab|77", True)


def test_a_coded_word_is_known_by_the_code_of_the_content() -> None:
    package = itching_elbow()
    with_code = package.model_copy(update={
        "tests": tuple(test.model_copy(update={"facts": (*test.facts, "itch")}) for test in package.tests)
    })  # fmt: skip
    catalogue = Catalogue([compile_package(with_code)])
    told = files.observation(
        code={"coding": [{"system": files.LOINC, "code": "itch"}]}, valueQuantity=None,
        valueCodeableConcept={"coding": [{"code": "X1", "display": "very bad"}]},
    )  # fmt: skip

    [sent] = read_bundle(files.bundle(told), catalogue, UTC)

    assert read_result(sent.told, catalogue, TODAY).answer["value"] == "severe"
