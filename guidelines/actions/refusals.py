"""How an action refuses: with a sentence for whoever tried."""


class Refused(Exception):
    """The action is not allowed, or not now; the text says why, for the person who tried."""


def allow(refusal: str) -> None:
    if refusal:
        raise Refused(refusal)
