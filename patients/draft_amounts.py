"""The amounts of a drug that may be picked in a plan: the usual range, and what is below it for a reason.

Never above the highest dose that the guideline allows today.
"""

from dataclasses import replace
from decimal import Decimal

from guidelines.engine.compiled import CompiledRegimen
from guidelines.engine.decision import Decision
from guidelines.engine.dosing import Dose, selectable
from guidelines.engine.products import products_for
from guidelines.engine.values import plain
from patients.plan_draft import CurrentDrug


def amounts_for(compiled: CompiledRegimen, dose: Dose, now: CurrentDrug, decision: Decision) -> list[Decimal]:
    """The amounts that may be picked. Of a drug given again at a lower dose, every lower one: the usual range begins
    above some of them. Of one that goes on at such a dose, that dose and the steps up from it."""
    if now.below is not None:
        return [amount for amount in made_up_to(compiled, dose.max) if amount < now.below]
    usual, kept = selectable(compiled, dose), kept_below(dose, now, decision)
    if kept is None:
        return usual
    return [*(amount for amount in selectable(compiled, replace(dose, min=kept)) if amount < dose.min), *usual]


def kept_below(dose: Dose, now: CurrentDrug, decision: Decision) -> Decimal | None:
    """The dose taken now, as it was signed, where it is below the usual range and goes on under the same step: nobody is
    made to take more again because the range begins higher. On another step its own range counts."""
    is_kept = decision.facts.step == decision.step and now.amount is not None and now.amount < dose.min
    return now.amount if is_kept else None


def made_up_to(compiled: CompiledRegimen, limit: Decimal) -> list[Decimal]:
    """Every amount up to the highest that whole products make up: a dose on its way down is below the usual range."""
    smallest = min(product.smallest for product in compiled.drug.products)
    steps = [smallest * count for count in range(1, int(limit // smallest) + 1)]
    return [amount for amount in steps if products_for(compiled, amount) is not None]


def too_much(name: str, amount: Decimal, now: CurrentDrug, unit: str) -> str:
    return f"{name}: {plain(amount)} {unit} is not below {now.bound(unit)}, the dose at which it was held. {now.again}"
