"""What a second is worth at this moment: a processor that somebody else uses too does the same work in twice the time."""

import time

PART = 200_000  # a fiftieth of what is written in a second


def a_second() -> float:
    """How long a processor needs now for what takes about a second where nobody else uses it: ten million numbers."""
    begun = time.process_time()
    for number in range(PART):
        str(number)
    return 50 * (time.process_time() - begun)
