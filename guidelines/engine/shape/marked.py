"""What content carries to say where it comes from."""

from guidelines.engine.values import Content, Key, Mark


class Marked(Content):
    """Content with its origin: `marks` GK and CD are shown as "needs a clinician's decision"."""

    cites: tuple[Key, ...] = ()
    marks: tuple[Mark, ...] = ()
