"""A CarePlan as PDF: the patient's plan and the clinician's one-page summary, tagged (PDF/UA-1), fonts embedded."""

from datetime import date

from config.afterwards import afterwards
from guidelines.printing import Style, as_pdf, paged, printed, sheet, style
from patients.filled_results import Filled
from patients.outputs.html import patient_plan_context
from patients.outputs.summary import clinician_summary_context
from patients.plan_parts import CarePlan

PAPERS = {"A4": "A4", "Letter": "letter"}
# Type size, and whether what was answered with no is listed: the first that fits on one page.
SUMMARY_TRIES = (("8.75", True), ("8", True), ("7.4", True), ("8", False), ("7.4", False), ("7", False))
SUMMARY_PAGE = """
@page { margin: 19mm 10mm 17mm }
@page long { margin-top: 32mm }
@page band { margin-top: 26mm }
@page band-long { margin-top: 39mm }
@page bands { margin-top: 34mm }
@page bands-long { margin-top: 46mm }
"""


def patient_plan_pdf(
    plan: CarePlan,
    *,
    printed_on: date,
    large: bool = False,
    paper: str = "A4",
    public_url: str = "",
    over: str = "",
    replaces: str = "",
    filled: Filled | None = None,
) -> bytes:
    """The patient's plan. Raises PrintRefused where the finished text breaks a print rule.

    `public_url` is the absolute address of the guideline version's public page, for the QR code; `over` is why the plan
    is no longer followed, for every page; `filled` are results that came since."""
    context = patient_plan_context(
        plan, printed_on=printed_on, public_url=public_url, large=large, over=over, replaces=replaces, filled=filled
    )
    return printed("patients/paper/patient_plan_pdf.html", context, *_styles(paper))


def visit_pdf(context: dict[str, object], *, paper: str = "A4") -> bytes:
    """What to bring to the next visit; the context is that of `patients.outputs.visit`."""
    return printed("patients/paper/visit_pdf.html", context, *_styles(paper))


def clinician_summary_pdf(
    plan: CarePlan, *, printed_on: date, paper: str = "A4", public_url: str = "", over: str = ""
) -> bytes:
    """The clinician's summary on one page, as large as it fits; what was answered with no goes before it gets too small."""
    context = clinician_summary_context(plan, printed_on=printed_on, public_url=public_url, over=over)

    def largest() -> bytes:
        for size, is_whole in SUMMARY_TRIES:
            shown = context if is_whole else {**context, "absent": []}
            document = paged("patients/paper/clinician_summary_pdf.html", shown, *_styles(paper, size))
            if len(document.pages) == 1:
                break
        return as_pdf(document)

    return afterwards(largest)


def _styles(paper: str, size_pt: str = "") -> list[Style]:
    if paper not in PAPERS:
        raise ValueError(f"{paper} is not a paper we print on; use one of {', '.join(PAPERS)}")
    page = [sheet("plan.css"), sheet("plan-page.css"), sheet("watermark-page.css")]
    styles = [*page, style(f"@page {{ size: {PAPERS[paper]} }}")]
    if size_pt:
        styles.append(style(f"html {{ font-size: {size_pt}pt }} {SUMMARY_PAGE}"))
    return styles
