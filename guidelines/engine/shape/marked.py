"""What content carries to say where it comes from."""

from typing import Literal

from guidelines.engine.values import Content, Key, Line, Mark

Ages = Literal["adults", "children", "all"]


class Marked(Content):
    """Content with its origin: `marks` GK and CD are shown as "needs a clinician's decision"."""

    cites: tuple[Key, ...] = ()
    marks: tuple[Mark, ...] = ()


class NotApplicable(Marked):
    """A rule that a drug must have and this guideline leaves out, with the reason; approved with the rest.

    `result`: what is to be done about the result of `test`, which a person judges.
    """

    drug: Key
    rule: Literal["monitoring", "stop", "kidney", "pregnancy", "result"]
    test: Key | None = None
    because: Line


class StaleWording(Content):
    """An entry of which one wording was changed and the other (`wording`) has not been looked at since."""

    part: Key  # the collection, or "head"
    key: Key  # the entry's; of a part of an entry `entry.part`; of the head the field's name
    wording: Literal["clinician", "plain"]
