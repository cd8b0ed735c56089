"""A plan that is not followed here any more: what ends with it, what goes on, and its end for a reason."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from guidelines.package import compiled_version
from patients.actions import Refused, end_plan
from patients.forms.following import EndForm
from patients.models import MedicationChange, Plan
from patients.permissions import why_not_end
from patients.presentation.asked_now import asked_of
from patients.presentation.current_plan import current_plan
from patients.views.scope import patient_context, person, visible_plan


@require_http_methods(["GET", "HEAD", "POST"])
def plan_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    plan = visible_plan(request, pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            end_plan(plan=plan, by=person(request), seen=request.POST.getlist("seen"), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Plan {plan.number} is ended. Nobody has been told: that is left to you.")
            return redirect("patient_detail", pk=plan.patient_id)
    context = patient_context(
        plan.patient, plan=plan, form=form, why_not=why_not_end(person(request), plan), **what_it_means(plan)
    )
    return render(request, "patients/plan_end.html", context, status=422 if form.is_bound else 200)


def what_it_means(plan: Plan) -> dict[str, Any]:
    """What is closed with the plan, and what the patient may go on taking."""
    followed = Plan.objects.active().filter(patient=plan.patient_id).exclude(pk=plan.pk)
    compiled, today = compiled_version(plan.version), plan.patient.clinic.today()
    return {
        "tests": plan.monitoring_tasks.open().count(),
        "asked": asked_of(plan.result_alerts.open(), {plan.pk: compiled}, {}, today, {}),
        "medications": current_plan(plan, compiled, plan.care_plan["medications"]).medications,
        "held": [
            compiled.drugs[row.drug_key].name for row in plan.medications.all() if row.change == MedicationChange.HOLD
        ],
        "others": followed.select_related("version").defer("frozen", "care_plan"),
    }
