"""A decision in short says of what it says the very same as the whole decision, for whatever patient."""

from typing import Any

import pytest

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.decision import decide, decide_in_short
from tests.engine.patients import read_shipped
from tests.engine.test_properties import PACKAGES, SEEDS, patients


def without_working(decision: dict[str, Any]) -> dict[str, Any]:
    for option in decision["options"]:
        for part in option["regimens"]:
            if part["dose"]:
                del part["dose"]["working"]
    return decision


@pytest.mark.parametrize("compiled", PACKAGES)
@pytest.mark.parametrize("seed", SEEDS)
def test_in_short_is_the_same_decision(compiled: CompiledPackage, seed: int) -> None:
    for _, facts in patients(seed, 40, compiled):
        whole = decide(compiled, facts).as_json()

        short = decide_in_short(compiled, facts)

        assert without_working(short) == without_working({name: whole[name] for name in short})
        assert set(whole) - set(short) == {
            "guideline", "version", "content_hash", "as_of", "actions", "questions", "trace",
        }  # fmt: skip


def test_what_was_decided_before_changes_nothing_of_what_is_decided_next() -> None:
    """Values that were read and products that were made up are kept; a fresh package has kept none."""
    compiled, seed = read_shipped(), 20_261
    used = [decide_in_short(compiled, facts) for _, facts in patients(seed, 30, compiled)]

    again = [decide_in_short(CompiledPackage(compiled.package), facts) for _, facts in patients(seed, 30, compiled)]

    assert used == again
