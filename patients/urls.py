"""Addresses of the patients app. No name, number or search term of a patient stands in one."""

from django.urls import URLPattern, URLResolver, path

from patients.views import (
    choosing,
    consulting,
    facts,
    following,
    home,
    impact,
    newer_version,
    people,
    plans,
    preview,
    publishing,
    signing,
)

PREVIEW = "guidelines/<slug:slug>/versions/<int:number>/preview/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("patients/", people.patient_list, name="patient_list"),
    path("patients/register/", people.patient_register, name="patient_register"),
    path("patients/<uuid:pk>/", people.patient_detail, name="patient_detail"),
    path("patients/<uuid:pk>/edit/", people.patient_edit, name="patient_edit"),
    path("patients/<uuid:pk>/note/", following.patient_note_add, name="patient_note_add"),
    path("patients/<uuid:pk>/start/", consulting.consultation_start, name="consultation_start"),
    path("consultations/<uuid:pk>/", consulting.consultation_resume, name="consultation_resume"),
    path("consultations/<uuid:pk>/facts/", facts.consultation_facts, name="consultation_facts"),
    path("consultations/<uuid:pk>/place/", facts.consultation_place, name="consultation_place"),
    path(
        "consultations/<uuid:pk>/recommendation/",
        choosing.consultation_recommendation,
        name="consultation_recommendation",
    ),
    path("consultations/<uuid:pk>/dose/", choosing.consultation_dose, name="consultation_dose"),
    path("consultations/<uuid:pk>/safety/", choosing.consultation_safety, name="consultation_safety"),
    path("consultations/<uuid:pk>/monitoring/", choosing.consultation_monitoring, name="consultation_monitoring"),
    path("consultations/<uuid:pk>/review/", signing.consultation_review, name="consultation_review"),
    path("consultations/<uuid:pk>/discard/", consulting.consultation_discard, name="consultation_discard"),
    path(
        "guidelines/<slug:slug>/versions/<int:number>/publication/",
        publishing.version_publication,
        name="version_publication",
    ),
    path("guidelines/<slug:slug>/versions/<int:number>/impact/", impact.impact_start, name="impact_start"),
    path("impact/<int:pk>/", impact.impact_detail, name="impact_detail"),
    path("impact/<int:pk>/cancel/", impact.impact_cancel, name="impact_cancel"),
    path("plans/newer-version/", newer_version.newer_version_list, name="newer_version_list"),
    path("plans/newer-version/compare/", newer_version.newer_version_compare, name="newer_version_compare"),
    path("plans/<uuid:pk>/newer-version/", newer_version.plan_newer_version, name="plan_newer_version"),
    path(PREVIEW, preview.version_preview, name="version_preview"),
    path(f"{PREVIEW}plan/", preview.version_preview_paper, {"audience": "patient"}, name="version_preview_paper"),
    path(f"{PREVIEW}summary/", preview.version_preview_paper, {"audience": "clinician"}, name="version_preview_paper"),
    path(f"{PREVIEW}plan.pdf", preview.version_preview_pdf, {"audience": "patient"}, name="version_preview_pdf"),
    path(f"{PREVIEW}summary.pdf", preview.version_preview_pdf, {"audience": "clinician"}, name="version_preview_pdf"),
    path("plans/<uuid:pk>/", plans.plan_detail, name="plan_detail"),
    path("plans/<uuid:pk>/patient/", plans.plan_patient_page, name="plan_patient_page"),
    path("plans/<uuid:pk>/patient.pdf", plans.plan_patient_pdf, name="plan_patient_pdf"),
    path("plans/<uuid:pk>/clinician/", plans.plan_clinician_page, name="plan_clinician_page"),
    path("tasks/<uuid:pk>/close/", following.task_close, name="task_close"),
    path("tasks/<uuid:pk>/aside/", following.task_set_aside, name="task_set_aside"),
    path("alerts/<uuid:pk>/close/", following.alert_close, name="alert_close"),
    path("alerts/<uuid:pk>/aside/", following.alert_set_aside, name="alert_set_aside"),
    path("plans/<uuid:pk>/clinician.pdf", plans.plan_clinician_pdf, name="plan_clinician_pdf"),
]
