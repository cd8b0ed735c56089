"""Results pasted from a table: what is understood of each line, what is refused, and that only what was shown is written."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.models import Version
from guidelines.package import compiled_version
from guidelines.result_names import ResultNames, choices_by_name, names_of_results
from patients import actions
from patients.actions import Entry
from patients.models import Observation, Patient, ResultSource
from patients.results.catalogue import Catalogue
from patients.results.reading import NotRead, read_day, read_result, value_meant
from patients.results.table import TableRefused, read_table
from tests import factories_patients as make
from tests.factories_guidelines import published
from tests.patients.plan_samples import guideline

TODAY = make.days_ago(0)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue([guideline()])


def understood(text: str, catalogue: Catalogue) -> list[tuple[Any, ...]]:
    """(fact, value, unit, upper limit, day) of each line, or the refusal."""
    found = []
    for told in read_table(text, catalogue):
        read = read_result(told, catalogue, TODAY, default_day=TODAY)
        answer, kind = read.answer, read.kind
        if read.why_not or kind is None:
            found.append((read.why_not,))
        else:
            day = answer["taken_on"] if answer["taken_on"] != TODAY.isoformat() else "today"
            found.append((kind.key, answer["value"], answer.get("unit"), answer.get("upper_limit"), day))
    return found


ALT = ("alt", "112", "U/L", "40", "2026-03-09")


@pytest.mark.parametrize(
    "line",
    [
        "ALT\t112\tU/L\t<40\t2026-03-09",
        "ALT;112;U/L;< 40;2026-03-09",
        "ALT   112   U/L   7-40   2026-03-09",
        "ALT 112 U/L < 40 2026-03-09",
        "GPT (ALAT)\t112 U/L\tH\t10-40\t09.03.2026",
        "Alanine aminotransferase; 112; U/l; < 40; 9 Mar 2026",
        "1742-6\t112\tU/L\t(7 – 40)\t2026-03-09 07:45",
        "alt\t2026-03-09\t112\tU/L\t≤ 40",
        "Test;Result;Unit;Reference range;Date\nALT;112;U/L;10 - 40;2026-03-09",
        "Date\tAnalyte\tValue\tUnits\tLimit\n2026-03-09\tSGPT\t112\tU/L\t40",
        "Result\tTest\tTaken on\tUpper limit\n112 U/L\tALT\t9 March 2026\t40",
    ],
)
def test_a_line_is_understood_in_any_order_and_with_any_separator(catalogue: Catalogue, line: str) -> None:
    assert understood(line, catalogue) == [ALT]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param(
            "Leukocytes 5.4 10^9/L", ("wbc", "5.4", "10*9/L", None, "today"), id="powers as people write them"
        ),
        pytest.param("WBC  5.4  × 10³/µL", ("wbc", "5.4", "10*3/uL", None, "today"), id="as this program writes them"),
        pytest.param("Creatinine 88 µmol/l", ("creatinine_mg_dl", "88", "umol/L", None, "today"), id="micro"),
        pytest.param(
            "eGFR 78 mL/min/1.73 m²", ("egfr", "78", "mL/min/{1.73_m2}", None, "today"), id="a unit of two words"
        ),
        pytest.param("HBsAg: negative", ("hbsag", "negative", None, None, "today"), id="one cell"),
        pytest.param("HBsAg\tnegative", ("hbsag", "negative", None, None, "today"), id="a word"),
        pytest.param("Hb 121 g/L 20.11.2026", ("hgb", "121", "g/L", None, "2026-11-20"), id="a day with points"),
        pytest.param("Hb 121g/L", ("hgb", "121", "g/L", None, "today"), id="unit without a gap"),
    ],
)
def test_units_and_words_are_those_of_the_content(catalogue: Catalogue, line: str, expected: tuple[Any, ...]) -> None:
    assert understood(line, catalogue) == [expected]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("ALT\t112", "The unit is missing"),
        ("ALT\t112\tmg/dL", "not a unit of ALT"),
        ("ALT\t1,5\tU/L", "comma"),
        ("ALT\t<5\tU/L", "no exact number"),
        ("ALT\t112\tU/L\t<40\t03/04/2026", "year-month-day"),
        ("ALT\t112\tU/L\t<40\t30.02.2026", "There is no day"),
        ("ALT\t112\tU/L\t<40\t2999-01-01", "in the future"),
        ("ALT\t112\tU/L\t<40\t2026-03-09\t2026-03-10", "two days"),
        ("ALT\t112\tU/L\t40\t50", "was not understood"),
        ("ALT\t112\tU/L\t40", "What 40 is was not understood. If it is the upper limit, write < 40"),
        ("ALT 112 U/L 40 2026-03-09", "What 40 is was not understood"),
        ("ALT;112;98;U/L;10-40", "What 98 is was not understood"),
        ("ALT\t112\tU/L\t<40\t98", "What 98 is was not understood"),
        ("ALT\t112\tU/L\tseen by nobody", "was not understood"),
        ("ALT\t112\tU/L\t10 - 40 mg/dL", "another unit"),
        ("ALT\t112000\tU/L", "impossible"),
        ("Lymphocytes\t1.2\t10*9/L", "no result that a guideline here asks for"),
        ("Albumin/creatinine ratio\t1.2\tg/L", "no result that a guideline here asks for"),
        ("2160-0x\t1.2\tmg/dL", "no result"),
        ("HBsAg\tmaybe", "none of: Positive, Negative"),
        ("\t112\tU/L", "name of the test is missing"),
    ],
)
def test_what_could_mean_something_else_is_refused_with_a_sentence(catalogue: Catalogue, line: str, part: str) -> None:
    [(why_not, *_)] = understood(line, catalogue)
    assert part in why_not


@pytest.mark.parametrize("text", ["", "  \n ", "ALT\t1\x002\tU/L", "x" * 600, "ALT 1 U/L\n" * 301])
def test_what_is_no_table_is_refused_whole(catalogue: Catalogue, text: str) -> None:
    with pytest.raises(TableRefused):
        read_table(text, catalogue)


def test_a_code_that_two_facts_have_means_the_one_a_test_brings(catalogue: Catalogue) -> None:
    kind = catalogue.named("2160-0")
    assert kind is not None and kind.test == "kidney_function"


def test_every_name_of_a_result_leads_to_its_fact(catalogue: Catalogue) -> None:
    led = {
        name: kind.key if (kind := catalogue.named(name)) else None
        for fact, names in names_of_results().items() for name in names if fact in catalogue.kinds
    }  # fmt: skip

    assert led == {
        name: fact for fact, names in names_of_results().items() for name in names if fact in catalogue.kinds
    }
    assert len(led) > 50


def test_a_name_of_two_facts_is_refused() -> None:
    with pytest.raises(ValueError, match="keep one"):
        ResultNames.model_validate({"results": [{"fact": "a", "names": ["X"]}, {"fact": "b", "names": ["x"]}]})


def test_a_name_of_two_choices_of_one_fact_is_refused() -> None:
    answers = [{"choice": "normal", "names": ["Fine"]}, {"choice": "poor", "names": ["fine"]}]
    with pytest.raises(ValueError, match="keep one"):
        ResultNames.model_validate({"results": [{"fact": "a", "names": ["X"], "answers": answers}]})


def test_a_laboratorys_word_means_one_choice() -> None:
    genes = Catalogue([read_guideline_file(CONTENT_FOLDER / "bullous-pemphigoid.yaml")])
    for fact in ("tpmt_phenotype", "nudt15_phenotype"):
        kind = genes.kinds[fact]
        read = {word: value_meant(word, kind) for word in ("Intermediate metabolizer", "POOR METABOLISER", "Normal")}

        assert [*read.values()] == ["intermediate", "poor", "normal"]
        for doubtful in ("Indeterminate", "Likely poor metabolizer", "Poor to normal metabolizer"):
            with pytest.raises(NotRead, match="none of"):
                value_meant(doubtful, kind)


def test_every_word_for_a_choice_leads_to_a_choice_that_its_fact_has() -> None:
    genes = Catalogue([read_guideline_file(CONTENT_FOLDER / "bullous-pemphigoid.yaml")])
    told = {fact: {*words.values()} for fact, words in choices_by_name().items() if words}

    assert told
    assert all(choices <= {choice.key for choice in genes.kinds[fact].fact.choices} for fact, choices in told.items())


@pytest.mark.parametrize("text", ["03/04/2026", "2026-3-4", "4.3.26", "32.01.2026", "tomorrow", ""])
def test_a_day_that_can_be_read_two_ways_is_none(text: str) -> None:
    with pytest.raises(NotRead):
        read_day(text)


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def version(db: None) -> Version:
    return published()


LINES = "itch marker\t55\tU/L\t<40\nweight\t140\tlb\nnonsense\t3\tg"


def looked_at(client: Client, patient: Patient, text: str = LINES, **more: Any) -> Any:
    told = {"taken_on": TODAY.isoformat(), "laboratory": "", "new_laboratory": "", "text": text, **more}
    return client.post(reverse("patient_results_paste", args=[patient.pk]), told)


def digest_of(answer: Any) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', answer.content.decode())
    assert found is not None
    return found[1]


@pytest.mark.django_db
def test_a_preview_says_what_was_understood_converted_and_refused_and_writes_nothing(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    answer = looked_at(signed_in, patient)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "55\u00a0U/L" in page
    assert "140 lb × 0.453592 = 63.5029 kg" in page
    assert "“nonsense” is no result that a guideline here asks for." in page
    assert not Observation.objects.exists()


@pytest.mark.django_db
def test_agreeing_writes_what_was_shown_and_says_what_was_left_out(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    digest = digest_of(looked_at(signed_in, patient))

    answer = signed_in.post(
        reverse("patient_results_paste", args=[patient.pk]),
        {"taken_on": TODAY.isoformat(), "text": LINES, "new_laboratory": "North", "digest": digest, "agree": "1"},
        follow=True,
    )

    rows = Observation.objects.order_by("fact_key")
    assert [(row.fact_key, row.value_typed, row.unit, row.source) for row in rows] == [
        ("itch_marker", "55", "U/L", ResultSource.TABLE), ("weight_kg", "140", "[lb_av]", ResultSource.TABLE),
    ]  # fmt: skip
    assert {str(row.laboratory) for row in rows} == {"North"}
    assert "Not written, because not understood: line 3." in [str(told) for told in answer.context["messages"]]


@pytest.mark.django_db
def test_lines_that_were_changed_after_the_preview_are_shown_again(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    digest = digest_of(looked_at(signed_in, patient))

    answer = looked_at(signed_in, patient, LINES.replace("55", "550"), digest=digest, agree="1")

    assert answer.status_code == 422
    assert "Look at them again" in answer.content.decode()
    assert not Observation.objects.exists()


@pytest.mark.django_db
def test_an_unusual_value_is_ticked_or_not_written(signed_in: Client, patient: Patient, version: Version) -> None:
    text = "weight\t31\tkg"
    shown = looked_at(signed_in, patient, text)

    unticked = looked_at(signed_in, patient, text, digest=digest_of(shown), agree="1")
    written = looked_at(signed_in, patient, text, digest=digest_of(shown), agree="1", sure="Line 1")

    assert "Unusual: weight is mostly at least 40 kg." in shown.content.decode()
    assert (unticked.status_code, written.status_code) == (422, 302)
    assert Observation.objects.count() == 1


@pytest.mark.django_db
def test_lines_of_another_patient_are_refused(signed_in: Client, patient: Patient, version: Version) -> None:
    text = "patient number;test;value;unit\nE-2;itch marker;55;U/L\nE-1;itch marker;45;U/L"

    answer = looked_at(signed_in, patient, text)

    preview = answer.context["preview"]
    assert [line.state for line in preview.lines] == ["refused", "ready"]
    assert "It is of another patient: E-2." in answer.content.decode()


@pytest.mark.django_db
def test_two_results_of_a_day_are_both_refused_and_the_same_twice_is_one(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    text = "itch marker\t55\tU/L\nitch marker\t56\tU/L\nweight\t62\tkg\nweight\t62\tkg"

    preview = looked_at(signed_in, patient, text).context["preview"]

    assert [line.state for line in preview.lines] == ["refused", "refused", "ready", "known"]


@pytest.mark.django_db
def test_what_is_on_record_is_known_and_what_was_taken_back_stays_so(
    signed_in: Client, patient: Patient, by: User, version: Version
) -> None:
    rows = actions.record_observations(
        patient=patient, compiled=compiled_version(version), by=by,
        entries=[
            Entry("itch_marker", {"value": "55", "unit": "U/L", "taken_on": TODAY.isoformat()}),
            Entry("weight_kg", {"value": "62", "unit": "kg", "taken_on": TODAY.isoformat()}),
        ],
    )  # fmt: skip
    actions.disown_observation(observation=rows[1], by=by)

    preview = looked_at(signed_in, patient, "itch marker\t55\tU/L\nweight\t62\tkg").context["preview"]

    assert [line.state for line in preview.lines] == ["known", "known"]
    assert "not this patient’s" in preview.lines[1].verdict.why


@pytest.mark.django_db
def test_what_cannot_be_read_at_all_comes_back_with_the_text(
    signed_in: Client, patient: Patient, version: Version
) -> None:
    answer = looked_at(signed_in, patient, "itch marker\t5\x01\tU/L")

    assert answer.status_code == 422
    assert "Line 1" in answer.content.decode()
