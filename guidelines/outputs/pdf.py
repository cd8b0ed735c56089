"""A whole version as PDF. Its standing on the day of printing, its number and its hash stand on every page."""

from datetime import date
from typing import NamedTuple

from guidelines.engine.compiled import CompiledPackage
from guidelines.models import Version
from guidelines.printing import printed, sheet
from guidelines.reading import Audience, read_version
from guidelines.standing import Standing
from guidelines.templatetags.qr import qr

NOT_FOR_CARE = "Demonstration. Not approved for care."


class Band(NamedTuple):
    """What is said across the head of every page; `is_stop` where the version must not be used."""

    text: str
    is_stop: bool


def guideline_pdf(
    compiled: CompiledPackage,
    version: Version,
    standing: Standing,
    audience: Audience,
    printed_on: date,
    address: str,
) -> bytes:
    """The PDF of a version for one kind of reader. `address` is that of its page, for the code on the first page."""
    page = read_version(compiled, audience)
    context = {
        # Sources of what is not on this paper are left to the page.
        "page": {**page, "printed_only": []},
        "audience": audience,
        "version": version,
        "standing": standing,
        "band": band_of(standing),
        "printed_on": printed_on,
        "address": address,
        "qr": qr(address, "Opens the page of this version"),
    }
    return printed("guidelines/guideline_pdf.html", context, sheet("guideline-paper.css"), sheet("watermark-page.css"))


def band_of(standing: Standing) -> Band:
    """The standing in one line. A paper stays what it was on its day, so the line does not say 'today'."""
    if standing.is_demonstration:
        return Band(f"{NOT_FOR_CARE} {standing.label}.", is_stop=True)
    if standing.is_current:
        overdue = f" Its review was due on {day(standing.review_by)}." if standing.is_review_overdue else ""
        return Band(f"Current, in use from {day(standing.effective_on)}.{overdue}", is_stop=False)
    if standing.in_use_number:
        return Band(f"{standing.label}. Do not use it: version {standing.in_use_number} is in use.", is_stop=True)
    if standing.is_locked:
        begins = f" In use from {day(standing.effective_on)}." if standing.label == "Scheduled" else ""
        return Band(f"{standing.label}. Do not use it.{begins}", is_stop=True)
    return Band(f"{standing.label}. Nobody has approved it. Do not use it for care.", is_stop=True)


def day(value: date | None) -> str:
    return f"{value.day} {value:%B %Y}" if value else ""
