"""How gunicorn serves Stepwise: `gunicorn --config config/gunicorn.py config.wsgi`, and what a place needs besides."""

import gc
import os
from typing import Any

from config import kept

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# The site is read once and workers are copies: one that dies is replaced in milliseconds, not in the seconds of a start.
preload_app = True
logger_class = "config.server_lines.ServerLines"

# A worker has read by then what it keeps for good: guidelines, templates, statements.
SETTLED = 200
# Garbage is looked for after an answer, and not in the middle of one, where it takes the longer the more the request holds.
# After so many requests what has outlived one is looked through too; after so many, everything.
OFTEN, SELDOM = 400, 10_000
MOST_MADE = 100_000  # by one request, before it is looked for garbage in its middle after all


def on_starting(server: Any) -> None:
    kept.share()


def pre_fork(server: Any, worker: Any) -> None:
    set_aside()


def post_fork(server: Any, worker: Any) -> None:
    gc.set_threshold(MOST_MADE, *gc.get_threshold()[1:])


def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:
    if worker.nr == SETTLED:
        set_aside()
    else:
        gc.collect(2 if worker.nr % SELDOM == 0 else 1 if worker.nr % OFTEN == 0 else 0)


def set_aside() -> None:
    """What is kept for good is no garbage: looking it through takes a tenth of a second, and would come in the middle
    of somebody's request, one in a hundred."""
    gc.collect()
    gc.freeze()
