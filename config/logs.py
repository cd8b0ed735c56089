"""Log lines without values: an exception's message can quote a patient's data, its type and place cannot."""

import logging
import traceback
from types import TracebackType

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutValues(logging.Formatter):
    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - the name is the base class's
        lines = []
        exception: BaseException | None = ei[1]
        while exception is not None:
            place = traceback.format_tb(exception.__traceback__)
            lines.append("".join([*place, f"{type(exception).__module__}.{type(exception).__qualname__}"]))
            suppressed = None if exception.__suppress_context__ else exception.__context__
            exception = exception.__cause__ or suppressed
        return "\nraised from\n".join(lines)
