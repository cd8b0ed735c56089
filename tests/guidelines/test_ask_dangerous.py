"""Dangerous questions in the words of people: the rule that stops comes first, whatever else is told."""

import pytest

from guidelines.asking.answering import Answer, answer
from guidelines.asking.computing import gravest_first
from guidelines.asking.knowledge import knowledge_of
from guidelines.asking.meaning import meaning_of
from tests.engine.patients import read_shipped

pytestmark = pytest.mark.django_db

DAILY, HIGH, KIDNEY, UNBORN = "MTX-B-DAILY", "MTX-B-MAX40", "MTX-B-EGFR30", "MTX-B-PREG"
ANTIBIOTIC, LIVER, TAPER, LIVE = "MTX-B-TMP", "MTX-B-LIVER", "PRED-W-STOP", "MTX-W-LIVEVAX"

DANGEROUS = [
    *((question, DAILY) for question in (
        "can i take methotrexate every day", "Should I take my methotrexate every morning?", "MTX od", "MTX qd",
        "methotrexate b.i.d.", "methotrexate BD", "methotrexate TDS", "methotrexate two times a day",
        "methotrexate every 12 hours", "methotrexate q12h", "MTX 1-0-1", "methotrexate thrice weekly",
        "methotrexate 2x week", "methotrexate 3 x per week", "methotrexate on 5 days a week", "take methotrexate 2 days",
        "methotrexate Monday to Friday", "methotrexate on weekdays", "methotrexate Tuesday and Saturday",
        "methotrexate on Monday, Wednesday and Friday", "methotrexate 10 days in a row", "methotrexate every five days",
        "Can I inject methotrexate every three days", "every other day methotrexate", "methotrexate nightly",
        "can I spread my weekly methotrexate across the week", "Can I divide the methotrexate over several days",
        "an additional dose of methotrexate", "take twice as much methotrexate", "Can I double my methotrexate dose this week?",
        "I missed my methotrexate on Monday, can I take two on Tuesday", "can I take 40 tablets of methotrexate",
        "ten tablets of 10 mg methotrexate", "took too much methotrexate", "metotrexate daly", "take it daily?",
        "Can my mother take her methotrexate daily, she is 80",
    )),
    *((question, HIGH) for question in (
        "more than 40 mg methotrexate", "greater than 40 mg methotrexate", "is 60mg MTX ok", "methotrexate 41 mg",
        "Can I take 50 mg methotrexate a week?", "methotrexate up to 50 mg",
    )),
    *((question, TAPER) for question in (
        "Can I stop prednisone at once?", "Can I just quit the steroids cold turkey?", "stop cortisone overnight",
        "I want to come off prednisone right now", "can i stop pred", "Can I skip prednisone for a week?",
        "forgot prednisone for 3 days", "stop taking prednisone immediately because of side effects",
    )),
    *((question, ANTIBIOTIC) for question in (
        "co-trimoxazole and mtx", "trimethoprim for UTI", "sulfa drugs with methotrexate", "trimethroprim with metotrexate",
        "My doctor gave me Bactrim for a bladder infection, ok with methotrexate?",
    )),
    *((question, UNBORN) for question in (
        "I might be pregnant on methotrexate", "we are trying for a baby and I take methotrexate",
        "methotrexate in pregnancy safe?",
    )),
    *((question, KIDNEY) for question in (
        "methotrexate with eGFR 25", "eGFR <30 methotrexate", "kidney failure methotrexate", "on dialysis, methotrexate?",
        "methotrexate in severe kidney disease", "creatinine 3.5 mg/dl methotrexate", "CKD stage 5 and methotrexate",
    )),
    *((question, LIVE) for question in (
        "yellow fever vaccine with methotrexate", "MMR jab while on MTX", "measles vaccination methotrexate",
    )),
    ("chickenpox vaccine while on prednisone", "PRED-W-LIVEVAX"),
    ("We want a baby, is mycophenolate ok?", "MMF-B-PREG"),
    ("two glasses of wine a night with MTX", "MTX-W-ALC"),
    ("I am an alcoholic, can I take methotrexate?", LIVER),
    ("yellow skin on methotrexate", LIVER),
    ("mouth ulcers and fever on methotrexate", "MTX-B-CBC"),
    ("mouth sores on methotrexate", "MTX-B-CBC"),
    ("short of breath on methotrexate dry cough", "G-URG-ILD"),
]  # fmt: skip


def asked(question: str, *, is_plain: bool) -> Answer:
    return answer(read_shipped(), question, is_plain=is_plain)


@pytest.mark.parametrize(("question", "rule"), DANGEROUS)
def test_a_dangerous_question_is_answered_with_its_rule_first(question: str, rule: str) -> None:
    for is_plain in (False, True):
        found = asked(question, is_plain=is_plain)

        assert found.computed, question
        assert found.computed[0].rules == (rule,)


def test_what_forbids_the_drug_that_is_asked_about_comes_before_what_forbids_another() -> None:
    knowledge = knowledge_of(read_shipped())
    rules = {part.key: part for part in knowledge.of_kind("rule")}

    ordered = gravest_first([rules["MMF-B-STOPSTER"], rules[TAPER], rules["G-URG-ILD"]], knowledge, ("prednisone",))

    assert [part.key for part in ordered] == ["G-URG-ILD", TAPER, "MMF-B-STOPSTER"]


def test_a_word_of_another_subject_inside_a_longer_known_phrase_is_part_of_that_phrase() -> None:
    knowledge = knowledge_of(read_shipped())

    assert meaning_of("chickenpox vaccine while on prednisone", knowledge).foreign == ()
    assert meaning_of("chickenpox while on prednisone", knowledge).foreign == ("chickenpox",)


@pytest.mark.parametrize("question", ["mycophenolate twice a day", "Is prednisone taken on 7 days a week?"])
def test_what_may_be_taken_daily_gets_no_stop_of_a_weekly_medicine(question: str) -> None:
    assert all(DAILY not in one.rules for one in asked(question, is_plain=True).computed)


@pytest.mark.parametrize("amount", ["60", "٦٠", "６０", "६०"])
def test_a_dose_is_read_in_the_digits_of_every_script(amount: str) -> None:
    assert asked(f"is {amount} mg methotrexate ok", is_plain=True).computed[0].rules == (HIGH,)
