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
# Objects that are made before it is looked for garbage: a page makes tens of thousands, and leaves little behind. With
# Python's own 700, a fifth of the time that a paper takes is spent on looking.
MADE_BETWEEN = 50_000


def on_starting(server: Any) -> None:
    kept.share()


def pre_fork(server: Any, worker: Any) -> None:
    set_aside()


def post_fork(server: Any, worker: Any) -> None:
    gc.set_threshold(MADE_BETWEEN, *gc.get_threshold()[1:])


def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:
    if worker.nr == SETTLED:
        set_aside()


def set_aside() -> None:
    """What is kept for good is no garbage: looking it through takes a tenth of a second, and would come in the middle
    of somebody's request, one in a hundred."""
    gc.collect()
    gc.freeze()
