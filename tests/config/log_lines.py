"""What the log has of a test: through the handler, filters and formatter of the settings, as any process has them."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def logged() -> Iterator[io.StringIO]:
    [handler] = [found for found in logging.getLogger("django").handlers if type(found) is logging.StreamHandler]
    told = io.StringIO()
    before = handler.setStream(told)
    try:
        yield told
    finally:
        handler.setStream(before)


def lines(told: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.getvalue().splitlines()]
