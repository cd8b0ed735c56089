"""What comes out for a test patient as it is typed, before it is saved. Pure: nothing is expected that was not asked for."""

from dataclasses import dataclass

from guidelines.editing_forms.typed import Typed
from guidelines.engine.cases import facts_of, run_case
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case
from guidelines.engine.decision import decide
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts


@dataclass(frozen=True)
class Trial:
    """`differences` are sentences; without an outcome the facts could not be used."""

    differences: tuple[str, ...]
    outcome: str = ""
    step: str = ""
    stops: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()


def tried(compiled: CompiledPackage, case: Case) -> Trial:
    differences = tuple(f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in run_case(compiled, case))
    try:
        decision = decide(compiled, read_facts(facts_of(compiled, case), compiled))
    except FactsRefused:
        return Trial(differences)
    met = [(alert.rule.severity, alert.rule.key) for alert in decision.alerts if alert.is_met]
    return Trial(
        differences,
        decision.outcome,
        decision.step or "",
        tuple(key for severity, key in met if severity == "stop"),
        tuple(key for severity, key in met if severity == "caution"),
        tuple((option.option.key, option.state) for option in decision.options),
    )


def as_expected(typed: Typed, trial: Trial) -> None:
    """Makes what came out what is expected: outcome, step and stops, and nothing else."""
    typed["expected"] |= {"outcome": trial.outcome, "step": trial.step, "stops": " ".join(trial.stops)}
