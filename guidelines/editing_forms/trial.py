"""What comes out for a test patient as it is typed, before it is saved. Pure: nothing is expected that was not asked for."""

from dataclasses import dataclass

from guidelines import labels
from guidelines.editing_forms.typed import Typed
from guidelines.engine.case_differences import STATES, Differences
from guidelines.engine.cases import facts_of, run_case
from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Case
from guidelines.engine.decision import decide
from guidelines.engine.facts import FactsRefused
from guidelines.engine.reading import read_facts


@dataclass(frozen=True)
class Trial:
    """`differences` are sentences; without an outcome the facts could not be used. `told` is what came out, in words."""

    differences: tuple[str, ...]
    outcome: str = ""
    step: str = ""
    stops: tuple[str, ...] = ()
    told: tuple[tuple[str, tuple[str, ...]], ...] = ()


def tried(compiled: CompiledPackage, case: Case) -> Trial:
    differences = tuple(f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in run_case(compiled, case))
    try:
        decision = decide(compiled, read_facts(facts_of(compiled, case), compiled))
    except FactsRefused:
        return Trial(differences)
    met = [alert.rule for alert in decision.alerts if alert.is_met]
    told = (
        ("Outcome", (labels.field_label("Expected", "outcome").words[decision.outcome],)),
        ("Step", (Differences(compiled, case.expected, decision).step(decision.step).strip("“”"),)),
        ("Stops that are met", tuple(rule.message for rule in met if rule.severity == "stop")),
        ("Cautions that are met", tuple(rule.message for rule in met if rule.severity == "caution")),
        ("Options", tuple(f"{option.option.title}: {STATES[option.state]}" for option in decision.options)),
    )
    stops = tuple(rule.key for rule in met if rule.severity == "stop")
    return Trial(differences, decision.outcome, decision.step or "", stops, told)


def as_expected(typed: Typed, trial: Trial) -> None:
    """Makes what came out what is expected: outcome, step and stops, and nothing else."""
    typed["expected"] |= {"outcome": trial.outcome, "step": trial.step, "stops": " ".join(trial.stops)}
