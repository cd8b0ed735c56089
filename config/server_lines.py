"""The web server's own lines, in the form of the site's: without what was asked for, and of an error its place only."""

import logging
from typing import Any

from django.conf import settings
from gunicorn.glogging import Logger

from config.logs import FORMATTERS

QUOTING = ("Error handling request", "Invalid request")


class ServerLines(Logger):
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(FORMATTERS[settings.LOG_FORMAT]())
            handler.addFilter(without_what_was_asked)


def without_what_was_asked(record: logging.LogRecord) -> bool:
    if str(record.msg).startswith(QUOTING):
        record.msg, record.args = "A request could not be answered", ()
    return True
