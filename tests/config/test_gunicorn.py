"""What a worker keeps for good is set aside from the search for garbage, in the worker that has settled and no sooner."""

import gc
from types import SimpleNamespace

from config.gunicorn import SETTLED, post_request


def test_what_is_kept_for_good_is_set_aside_once() -> None:
    gc.unfreeze()  # comparing plans, which other tests do in this process, sets aside what it keeps too
    try:
        for number in (1, SETTLED - 1, SETTLED + 1):
            post_request(SimpleNamespace(nr=number), None, {}, None)
        before = gc.get_freeze_count()
        post_request(SimpleNamespace(nr=SETTLED), None, {}, None)

        assert before == 0
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
