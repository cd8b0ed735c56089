"""Results pasted from a table: what is understood of each line, what is refused."""

from typing import Any

import pytest

from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER
from guidelines.result_names import ResultNames, choices_by_name, names_of_results
from patients.results.catalogue import Catalogue
from patients.results.reading import NotRead, read_day, read_result, value_meant
from patients.results.table import TableRefused, read_table
from tests import factories_patients as make
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
        "Test;Result;Unit;Reference range;Date\nALT;112;U/L;< 40;2026-03-09",
        "Test;Result;Unit;Reference range;Date\nALT;112;U/L;≤40 U/L;2026-03-09",
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


HB = ("hgb", "12.1", "g/dL", None, "2026-03-09")
WBC = ("wbc", "5.4", "10*9/L", None, "2026-03-09")
ALBUMIN = ("albumin_g_dl", "40", "g/L", None, "2026-03-09")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Hb 12.1 g/dL 12.0-16.0 2026-03-09", HB),
        ("Hb 12.1 g/dL 11.5-16 2026-03-09", HB),
        ("Hb 12.1 g/dL 12-16 g/dL 9 Mar 2026", HB),
        ("Hb 12.1 g/dL 12-16 H 2026-03-09", HB),
        ("Hb 12.1 g/dL 12-16 LL 2026-03-09", HB),
        ("Hb 12.1 g/dL 12-16 * 2026-03-09", HB),
        ("Hb;12.1;g/dL;12-16 H;2026-03-09", HB),
        ("Creatinine 0.9 mg/dL 0.6-1.2 mg/dL 2026-03-09", ("creatinine_mg_dl", "0.9", "mg/dL", None, "2026-03-09")),
        ("WBC 5.4 10^9/L 4.0-10.0 10^9/L 2026-03-09", WBC),
        ("WBC 5.4 x 10^9/L 4.0 - 10.0 x 10^9/L 2026-03-09", WBC),
        ("Albumin;40;g/L;35-52 g/L 2026-03-09", ALBUMIN),
        ("Albumin;40;g/L;35-52 2026-03-09", ALBUMIN),
        ("Albumin\t40 g/L\t2026-03-09 35-52", ALBUMIN),
        ("ALT 112 U/L 7.0-40 2026-03-09", ALT),
        ("ALT 112 U/L 7-40 U/L 2026-03-09", ALT),
        ("ALT 112 U/L < 40 U/L H 2026-03-09", ALT),
        ("ALT 112 U/L 7-40 H 2026-03-09", ALT),
        ("ALT;112;U/L;7-40 U/L 2026-03-09", ALT),
        ("ALT 112 U/L 2026-03-09 7-40", ALT),
        ("ALT 112 U/L 2026-03-09 07:45 7-40", ALT),
    ],
)
def test_a_range_takes_neither_the_day_nor_a_flag_beside_it(
    catalogue: Catalogue, line: str, expected: tuple[Any, ...]
) -> None:
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
        ("Hb;12.1;g/dL;12-16 mmol/L;2026-03-09", "“mmol/L” after the range is no unit, or another unit"),
        ("Hb;12.1;g/dL;120-160 g/L;2026-03-09", "“g/L” after the range is no unit, or another unit"),
        ("Albumin;40;35-52 g/L;2026-03-09", "The unit is missing"),
        ("Hb;12.1;g/dL;12-16 on 2026-03-09", "“on 2026-03-09” after the range"),
        ("Test;Result;Unit;Range\nHb;12.1;g/dL;12-16 2026-03-09", "“2026-03-09” after the range"),
        ("Test;Result;Unit;Range\nHBsAg;negative;;0-1 2026-03-09", "“2026-03-09” after the range"),
        ("Hb 12.1 g/dL 12-16 seen 2026-03-09", "“seen” was not understood"),
        ("Hb 12.1 g/dL 12-16 mmol/L 2026-03-09", "“mmol/L” was not understood"),
        ("Hb 12.1 g/dL 12-16 March 9, 2026", "“March” was not understood"),
        ("Hb 12.1 g/dL 12-16 (2026-03-09)", "“(2026-03-09)” was not understood"),
        ("Hb 12.1 g/dL 2026-03", "“2026-03” was not understood"),
        ("Hb 12.1 g/dL 2026-03-09 07:45 seen", "“seen” was not understood"),
        ("Hb\t- 12.1\tg/dL", "“-” was not understood"),
        ("Test;Result;Unit;Printed\nHb;12.1;g/dL;2026-03-09", "“2026-03-09” stands in a column that is passed over"),
        ("Test;Result;Unit;Comment\nHb;12.1;g/dL;03/09/2026", "“03/09/2026” stands in a column that is passed over"),
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


@pytest.mark.parametrize(
    ("headings", "first", "second"),
    [
        ("Test;Collected;Result;Unit;Reference range;Date", "Collected", "Date"),
        ("Test;Result;Value;Unit", "Result", "Value"),
        ("Test;LOINC;Result;Unit", "Test", "LOINC"),
        ("Test;Result;Unit;Reference range;Limit", "Reference range", "Limit"),
    ],
)
def test_two_headings_of_one_meaning_refuse_the_table(
    catalogue: Catalogue, headings: str, first: str, second: str
) -> None:
    with pytest.raises(TableRefused, match=f"“{first}” and “{second}” mean the same"):
        read_table(f"{headings}\nALT;1;2;3;4;5", catalogue)


def test_columns_that_are_passed_over_may_stand_there_twice(catalogue: Catalogue) -> None:
    told = "Test;Result;Unit;Flag;Comment;Order;Printed;Date\nHb;12.1;g/dL;L;fasting;7;2026-03-10;2026-03-09"

    assert understood(told, catalogue) == [HB]


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
