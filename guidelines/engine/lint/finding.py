"""What a lint can say: a finding, and every code there is with its severity. docs/lint.md explains each of them."""

from typing import Literal, NamedTuple

Severity = Literal["blocking", "warning"]


class Finding(NamedTuple):
    code: str
    severity: Severity
    place: str
    message: str


BLOCKING: tuple[str, ...] = (
    # the file
    "unreadable", "not_yaml", "bad_shape", "bad_value", "missing_field", "unknown_field", "unknown_in_library",
    # what cannot run
    "cannot_run", "unknown_fact", "unknown_drug", "unknown_key", "type_mismatch", "unit_mismatch", "weekly_only_missing",
    # the pathway
    "unreachable_step", "dead_end", "no_way_out", "transition_never_taken", "transitions_incomplete",
    # conditions
    "rule_never_fires", "rule_always_fires", "number_out_of_range", "bands_incomplete", "unknown_tested_in_stop",
    "unknown_lowered", "stop_too_weak",
    # doses
    "missing_cap", "cap_below_dose", "text_number_differs", "dose_not_buildable", "titration_impossible", "weight_limit_missing",
    # what a drug must have
    "missing_monitoring", "missing_stop_rule", "missing_kidney_rule", "missing_pregnancy_rule", "examination_missing",
    "stop_rule_too_narrow", "resume_missing",
    # monitoring
    "monitoring_without_interval", "monitoring_gap", "window_impossible", "test_monitored_but_unused",
    "test_used_but_unmonitored",
    # claims
    "uncited_number", "dangling_citation", "self_published", "other_population", "review_date_missing",
    # wording
    "weekly_drug_daily", "undefined_term", "undecided_consider", "never_stop_without_exception", "abbreviation", "trailing_zero",
    "missing_leading_zero", "plain_wording_missing", "plain_stale",
    # order
    "duplicate_entry", "empty_entry",
    # test patients
    "cases_missing", "case_failing", "unknown_not_asked",
)  # fmt: skip
# Those that keep a guideline from running: a file is told the line, too.
CANNOT_RUN = ("cannot_run", "unknown_fact", "unknown_drug", "unknown_key", "type_mismatch", "unit_mismatch")
WARNINGS: tuple[str, ...] = (
    "transitions_overlap", "number_implausible", "cap_never_reached", "never_used", "never_cited", "not_applicable_unneeded",
    "needs_clinician", "review_date_past", "plain_missing", "plain_grade",
)  # fmt: skip
# The usual severity of every code. A few findings are milder where a clinician is asked to decide anyway.
CODES: dict[str, Severity] = {**dict.fromkeys(BLOCKING, "blocking"), **dict.fromkeys(WARNINGS, "warning")}


def found(code: str, place: str, message: str, severity: Severity | None = None) -> Finding:
    return Finding(code, severity or CODES[code], place, message)
