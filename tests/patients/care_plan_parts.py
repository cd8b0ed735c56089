"""Parts of a plan, as its tests look for them."""

from patients.care_plan import CarePlan
from patients.plan_parts import DrugBox


def box_of(plan: CarePlan, drug: str) -> DrugBox:
    return next(box for box in plan.boxes if box.drug == drug)


def lines_of(box: DrugBox) -> list[str]:
    return [*box.lead, *(line for part in box.parts for line in part.lines)]
