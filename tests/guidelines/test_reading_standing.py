"""What the page of a guideline says of itself: its sources and doubts, whether it may be used; and of a small guideline."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.template.loader import render_to_string

from guidelines.engine.compiled import compile_package
from guidelines.engine.content import Package
from guidelines.reading import AUDIENCES, Audience, read_version
from guidelines.reading.claims import first_words
from guidelines.reading.sources import DOI_SITE, PUBMED_SITE, source_of
from guidelines.standing import ApprovedBy, Standing
from tests.factories_guidelines import edited, itching_elbow
from tests.guidelines.read_pages import Read, body_of, small, small_with, words

both = pytest.mark.parametrize("audience", AUDIENCES)


# --- sources and doubts ----------------------------------------------------------------------------------------------


def test_sources_are_numbered_as_they_are_cited_and_say_what_they_showed() -> None:
    card = small().said("reference-R1")

    assert card.startswith("Trial")
    for part in ("1A trial of elbows: results", "n = 120", "Elbows itched less.", "Cited in 1.1 (p. 3)"):
        assert part in card
    assert "Review, secondary" in small().said("reference-R2")


def test_a_source_links_to_where_it_is_found_and_nowhere_else() -> None:
    compiled = compile_package(
        edited(itching_elbow(), references=tuple(
            reference.model_copy(update={"url": "docplayer.net 11898899"}) if reference.key == "R2" else reference
            for reference in itching_elbow().references
        ))
    )  # fmt: skip

    sites = (f"{DOI_SITE}/10.0000/elbow", f"{PUBMED_SITE}/12345/", "example.invalid/elbow")
    assert [link.url for link in source_of(compiled, "R1").links] == [f"https://{site}" for site in sites]
    assert source_of(compiled, "R2").links == []


def test_a_source_that_is_cited_and_not_listed_is_shown_as_missing() -> None:
    package = itching_elbow()
    compiled = compile_package(edited(package, references=package.references[1:]))

    page = read_version(compiled)
    read = Read(body_of(compiled, "clinician"))

    assert page["sources"] == (1, 1)
    assert "Source missing" in read.said("reference-R1")
    assert read.targets - set(read.anchors) == set()


def test_a_statement_may_be_cited_like_a_source() -> None:
    assert "statement-ST-2" in small().targets


def test_a_conflict_that_is_attached_to_nothing_is_told_among_the_doubts() -> None:
    package = itching_elbow()
    lonely = package.conflicts[0].model_copy(update={"key": "C9", "text": "Nobody knows why."})

    read = small_with(conflicts=(*package.conflicts, lonely))

    assert "Nobody knows why." in read.said("doubts")
    assert "conflict-C9" in read.anchors


def test_a_conflict_is_told_in_full_first_and_named_in_tables_afterwards() -> None:
    assert "Label 10, trial 15." in small().said("statement-ST-1")
    assert "Label 10, trial 15." not in small().said("rule-CAL-B-PREG")
    assert small().said("rule-CAL-B-PREG").endswith("What speaks against this: C1")


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("One thing; another.", "One thing"),
        ("So many (5 %; 6 %) differ. More.", "So many (5 %; 6 %) differ"),
        ("About 68.8 % of them", "About 68.8 % of them"),
        ("A word " * 30, f"{('A word ' * 18)}A …"),
    ],
)
def test_the_first_words_end_where_a_sentence_does(text: str, short: str) -> None:
    assert first_words(text) == short


# --- a small guideline -----------------------------------------------------------------------------------------------


def test_a_guideline_with_hardly_anything_in_it_has_a_page() -> None:
    package = itching_elbow()
    bare = Package(
        **{
            name: getattr(package, name)
            for name in ("slug", "title", "question", "plain_question", "answer", "plain_answer", "population", "condition",
                         "publisher", "disclaimer", "facts", "tests", "fact_groups")
        },
        entry_step="E2",
        steps=(package.steps[1],),
    )  # fmt: skip

    read = Read(body_of(compile_package(bare), "clinician"))

    assert "To a specialist" not in read.said("pathway") and "Referral" in read.said("pathway")
    assert read.targets - set(read.anchors) == set()


@both
def test_what_is_kept_knows_no_reader(audience: Audience) -> None:
    html = body_of(compile_package(itching_elbow()), audience)

    assert "csrf" not in html and "<form" not in html


# --- whether it may be used ------------------------------------------------------------------------------------------


def band_of(audience: Audience = "clinician", **changes: Any) -> str:
    standing = Standing(
        version_id=1,
        slug="itching-elbow",
        number=2,
        content_hash="0" * 64,
        label="Current",
        effective_on=date(2026, 3, 3),
        withdrawn_on=None,
        review_by=date(2027, 3, 3),
        is_review_overdue=False,
        is_demonstration=False,
        is_public=True,
        in_use_number=None,
        approvals=(ApprovedBy("Pharmacist", date(2026, 3, 1)), ApprovedBy("Dermatologist", date(2026, 3, 2))),
    )
    shown = replace(standing, **changes)
    links = {"in_use_url": "/in-use/", "changes_url": "/changes/"} if shown.in_use_number else {}
    context = {"standing": shown, "audience": audience, **links}
    return words(str(render_to_string("guidelines/_status_band.html", context)))


def test_the_band_of_a_version_in_use_says_who_approved_it_and_until_when() -> None:
    band = band_of()

    assert "status--ok" in band
    assert "Version 2 has been in use since 3 March 2026." in band
    assert "Approved by pharmacist (1 March 2026), dermatologist (2 March 2026). Next review by 3 March 2027." in band


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({"label": "Draft", "effective_on": None, "approvals": ()}, "has not been approved", id="draft"),
        pytest.param({"label": "Under review", "effective_on": None}, "has not been approved", id="under review"),
        pytest.param({"label": "Scheduled"}, "Until then do not use it.", id="scheduled"),
        pytest.param({"label": "Superseded", "in_use_number": 3}, "has been replaced", id="superseded"),
        pytest.param(
            {"label": "Withdrawn", "withdrawn_on": date(2026, 5, 1)}, "was withdrawn on 1 May 2026", id="withdrawn"
        ),
        pytest.param({"is_demonstration": True}, "Demonstration. Not approved for care.", id="demonstration"),
    ],
)
def test_what_must_not_be_used_has_a_red_band_that_says_why(changes: dict[str, Any], text: str) -> None:
    band = band_of(**changes)

    assert "status--stop" in band
    assert text in band


@pytest.mark.parametrize("label", ["Superseded", "Withdrawn"])
def test_a_patient_is_told_to_change_nothing_because_a_version_is_out_of_use(label: str) -> None:
    sentence = "Do not change how you take your medicine because of this."

    assert sentence in band_of("patient", label=label)
    assert sentence not in band_of("clinician", label=label)
    assert sentence not in band_of("patient")


def test_an_old_version_leads_to_the_one_in_use_and_to_what_changed() -> None:
    band = band_of(label="Superseded", in_use_number=3)

    assert 'href="/in-use/">Read version 3, which is in use' in band
    assert 'href="/changes/">See what changed' in band
