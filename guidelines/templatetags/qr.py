"""The tag {% qr text label %}: a QR code as inline SVG, on screen and on paper, without an image to fetch."""

import segno
from django import template

register = template.Library()
QUIET_ZONE = 4  # modules of white around the code that the standard asks for


@register.inclusion_tag("_qr.html")
def qr(text: str, label: str) -> dict[str, str | int]:
    """One square per run of dark modules; `label` says in words what the code opens."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=QUIET_ZONE)]
    return {"path": "".join(_runs(rows)), "side": len(rows), "label": label}


def _runs(rows: list[list[int]]) -> list[str]:
    drawn = []
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                drawn.append(f"M{start} {y}h{x - start}v1H{start}z")
                start = None
    return drawn
