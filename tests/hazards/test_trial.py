"""A trial tells three things apart: a control that is noticed, one that is missed, and a trial that says nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.architecture.tree import PROJECT
from tests.hazards.__main__ import verdict
from tests.hazards.listed import Hazard, Removal
from tests.hazards.trial import Copy, Outcome

FACTS = "guidelines/engine/facts.py"
TEST = "tests/engine/test_facts_reading.py::test_a_value_older_than_its_maximum_age_is_unknown_and_still_shown"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    made = Copy(tmp_path_factory.mktemp("trial"))
    yield made
    made.close()


def hazard(*, find: str, replace: str, test: str = TEST) -> Hazard:
    removal = Removal(file=FACTS, find=find, replace=replace)
    return Hazard(
        id="H01", hazard="x", cause="x", effect="x", severity="minor", control="x", code=[FACTS], tests=[test], removal=[removal]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("tried", "found", "words"),
    [
        pytest.param(
            hazard(find='return Unknown("stale", known)', replace="return known"), "caught", "still_shown", id="noticed"
        ),
        pytest.param(
            hazard(find="and nothing is guessed.", replace="and much is guessed."),
            "missed",
            "all of its tests pass",
            id="missed",
        ),
        pytest.param(
            hazard(find='return Unknown("stale", known)', replace="return nowhere"), "error", "NameError", id="broken"
        ),
        pytest.param(
            hazard(find='return Unknown("stale", known)', replace="return known", test=f"{TEST}_x"),
            "error",
            "ended with 4",
            id="no such test",
        ),
    ],
)
def test_a_trial_says_what_came_of_it_and_leaves_the_copy_as_it_was(
    copy: Copy, tried: Hazard, found: str, words: str
) -> None:
    file = copy.project / FACTS
    before = (file.read_bytes(), file.stat().st_mtime_ns)

    outcome = copy.trial_of(tried)

    assert (outcome.found, words in outcome.words) == (found, True), outcome
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert (PROJECT / FACTS).read_bytes() == before[0]


@pytest.mark.parametrize("find", ["nowhere to be found", "def "])
def test_a_removal_that_does_not_stand_once_is_refused(find: str) -> None:
    with pytest.raises(ValueError, match="times and not once"):
        Removal(file=FACTS, find=find).made_in((PROJECT / FACTS).read_text())


@pytest.mark.parametrize(("found", "status"), [("caught", 0), ("missed", 1), ("error", 2)])
def test_a_run_ends_with_what_was_found(found: Any, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    tried = hazard(find="x", replace="y")

    assert verdict([tried], {"H01": Outcome(found, "")}) == status
    assert f"H01  minor         {found}" in capsys.readouterr().out
