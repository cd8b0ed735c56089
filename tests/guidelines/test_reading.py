"""A version laid out to be read: everything it says is on the page, in the reader's wording, and every link leads there."""

import gzip
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest
from django.template.loader import render_to_string

from guidelines.engine import content
from guidelines.engine.compiled import CompiledPackage, compile_package
from guidelines.engine.content import Package
from guidelines.guideline_file import read_guideline_file
from guidelines.library import CONTENT_FOLDER, HAS_SLUG
from guidelines.reading import AUDIENCES, Audience, read_version
from guidelines.reading.claims import first_words
from guidelines.reading.sources import DOI_SITE, KINDS, PUBMED_SITE, source_of
from guidelines.reading.wording import BASIS, CHANGES, IF_UNKNOWN, OVERRIDE, PER, ROLES, SEVERITY
from guidelines.standing import ApprovedBy, Standing
from tests.factories_guidelines import edited, itching_elbow

STATIC = Path(__file__).parents[2] / "static"
SHIPPED = [path for path in sorted(CONTENT_FOLDER.glob("*.yaml")) if HAS_SLUG.search(path.read_bytes())]
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "circle", "rect"}


class Read(HTMLParser):
    """The text of every element that can be linked to, and where the links lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: dict[str, str] = {}
        self.anchors: list[str] = []
        self.targets: set[str] = set()
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if "id" in named:
            self.anchors.append(named["id"])
            self.texts.setdefault(named["id"], "")
        target = named.get("popovertarget") or named.get("href", "").partition("#")[2]
        if target:
            self.targets.add(target)
        if named.get("href", "").startswith("http"):
            self.links.add(named["href"])
        if tag not in VOID:
            self.open.append(named.get("id", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        for anchor in filter(None, self.open):
            self.texts[anchor] += data

    def said(self, anchor: str) -> str:
        return " ".join(self.texts[anchor].split())


def words(text: str) -> str:
    return " ".join(text.split())


def body_of(compiled: CompiledPackage, audience: Audience) -> str:
    """As the server keeps it: without a request, a person or a day."""
    context = {"page": read_version(compiled, audience), "audience": audience, "version": None}
    return str(render_to_string("guidelines/_guideline_body.html", context))


@cache
def compiled_file(path: Path) -> CompiledPackage:
    return read_guideline_file(path)


@cache
def shipped(path: Path, audience: Audience) -> Read:
    return Read(body_of(compiled_file(path), audience))


@cache
def small(audience: Audience = "clinician") -> Read:
    return Read(body_of(compile_package(itching_elbow()), audience))


def small_with(**head: Any) -> Read:
    return Read(body_of(compile_package(edited(itching_elbow(), **head)), "clinician"))


everywhere = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
both = pytest.mark.parametrize("audience", AUDIENCES)


# --- nothing is left out ---------------------------------------------------------------------------------------------


@everywhere
@both
def test_every_statement_is_said_in_the_readers_wording_with_its_citations(path: Path, audience: Audience) -> None:
    read, compiled = shipped(path, audience), compiled_file(path)
    numbers = {found.source.key: found.number for found in read_version(compiled, audience)["references"]}

    for statement in compiled.package.statements:
        text = read.said(f"statement-{statement.key}")
        wording = statement.clinician if audience == "clinician" else statement.plain or statement.clinician
        marks = "".join(f"{numbers[cited.reference]}" * 2 for cited in statement.citations)
        assert words(wording) + marks in text, statement.key


@everywhere
@both
def test_every_conflict_is_told_in_full_once_and_named_wherever_it_matters(path: Path, audience: Audience) -> None:
    read, package = shipped(path, audience), compiled_file(path).package
    places = [
        *((f"statement-{entry.key}", entry.conflicts) for entry in package.statements),
        *((f"rule-{entry.key}", entry.conflicts) for entry in package.safety_rules),
        *((f"monitoring-{entry.key}", entry.conflicts) for entry in package.monitoring),
        *((f"regimen-{entry.key}", entry.conflicts) for entry in package.regimens),
        *((f"step-{entry.key}", entry.conflicts) for entry in package.steps),
    ]
    options = {option.key: option for option in package.options}
    places += [(f"step-{step.key}", options[way.option].against) for step in package.steps for way in step.options]
    conflicts = {conflict.key: conflict for conflict in package.conflicts}

    for conflict in conflicts.values():
        wording = conflict.text if audience == "clinician" else conflict.plain or conflict.text
        assert words(wording) in read.said(f"conflict-{conflict.key}")
    for anchor, keys in places:
        for key in keys:
            if key in conflicts:
                assert re.search(rf"\b{key}(?!\d)", read.said(anchor)), (anchor, key)


@everywhere
@both
def test_every_part_of_a_version_has_its_own_address_on_the_page(path: Path, audience: Audience) -> None:
    read, package = shipped(path, audience), compiled_file(path).package
    sections = {statement.section for statement in package.statements}

    expected = {
        *(f"section-{key}" for key in sections),
        *(f"statement-{entry.key}" for entry in package.statements),
        *(f"conflict-{entry.key}" for entry in package.conflicts),
        *(f"regimen-{entry.key}" for entry in package.regimens),
        *(f"rule-{entry.key}" for entry in package.safety_rules),
        *(f"monitoring-{entry.key}" for entry in package.monitoring),
        *(f"step-{entry.key}" for entry in package.steps),
        *(f"reference-{entry.key}" for entry in package.references),
        *(f"definition-{entry.key}" for entry in package.definitions),
    }

    assert expected - set(read.anchors) == set()
    assert [anchor for anchor, count in Counter(read.anchors).items() if count > 1] == []


@everywhere
@both
def test_every_link_within_the_page_leads_somewhere(path: Path, audience: Audience) -> None:
    read = shipped(path, audience)

    assert len(read.targets) > 100
    assert read.targets - set(read.anchors) == set()


@everywhere
@both
def test_rules_and_steps_say_what_they_ask_for(path: Path, audience: Audience) -> None:
    read, package = shipped(path, audience), compiled_file(path).package

    for rule in package.safety_rules:
        text = read.said(f"rule-{rule.key}")
        if audience == "patient" and rule.plain:
            assert words(rule.plain) in text
        else:
            assert words(rule.message) in text and words(rule.action.text) in text
    for transition in package.transitions:
        place = f"step-{transition.source}" if transition.source else "pathway"
        wording = transition.text if audience == "clinician" else transition.plain or transition.text
        assert words(wording) in read.said(place)


@everywhere
@both
def test_a_page_weighs_less_than_120_kb_compressed(path: Path, audience: Audience) -> None:
    styles = re.findall(r'static "(css/[^"]+)"', (STATIC.parent / "templates" / "_styles.html").read_text())
    scripts = ("js/theme.js", "js/focus.js", "js/contents.js")
    files = [gzip.compress((STATIC / name).read_bytes()) for name in (*styles, *scripts)]

    around = 6_000  # head, topbar, status, side column and footer
    body = gzip.compress(body_of(compiled_file(path), audience).encode())

    assert sum(map(len, files)) + len(body) + around < 120_000


# --- how it is said --------------------------------------------------------------------------------------------------


def test_a_text_without_plain_wording_is_shown_to_a_patient_as_clinical() -> None:
    assert "The marker is high. Repeat it. Clinical wording" in small("patient").said("rule-CAL-W-MARK")
    assert "Not in pregnancy." in small("patient").said("rule-CAL-B-PREG")
    assert "Clinical wording" not in small("patient").said("rule-CAL-B-PREG").split("What speaks")[0]
    assert not any("Clinical wording" in text for text in small().texts.values())


def test_a_grade_is_said_in_words_and_its_absence_once_for_a_section() -> None:
    graded, ungraded = small().said("section-treatment"), small().said("section-background")

    assert "Strong recommendation" in graded and "Moderate certainty" in graded
    assert "Not graded by the source." not in graded
    assert ungraded.count("Not graded by the source.") == 1


def test_what_nobody_has_decided_yet_says_so() -> None:
    assert "Needs a clinician’s decision" in small().said("statement-ST-1")
    assert "Needs a clinician’s decision" not in small().said("statement-ST-2")


def test_a_weekly_medicine_says_so_wherever_it_is_named() -> None:
    for anchor in ("regimen-calmine", "rules-of-calmine", "tests-of-calmine", "step-E1"):
        assert "Weekly" in small().said(anchor)
    assert "One day in seven" in small().said("regimen-calmine")
    assert "day" not in small().said("regimen-calmine").replace("One day in seven", "").replace("weekday", "").replace(
        "On one day of the week", ""
    ), "a weekly medicine has no amount per day"


def test_a_regimen_says_its_dose_with_every_limit() -> None:
    text = small().said("regimen-calmine")

    for part in (
        "0.1 to 0.2 mg/kg a week", "0.15 mg/kg a week", "At most 15 mg a week", "at most 25 mg a week", "half for the light",
        "2.5 mg a week more, every 2 to 4 weeks. Before each step: an itch panel seen", "Tablet of 2.5 mg", "To the nearest 2.5 mg",
    ):  # fmt: skip
        assert part in text
    assert "It is harmless." in small().said("regimen-soothine")


def test_a_taper_is_a_table_of_steps() -> None:
    text = small().said("regimen-soothine")

    assert "After 4 weeks, after 2 weeks at the earliest." in text
    assert "Above 200 mg100 mg200 mg1 week2 weeks" in text
    assert "Never stop at once." in text


def test_a_step_leads_to_the_next_with_the_condition_beside_it() -> None:
    text = small().said("step-E1")

    assert "it still itches" in text and "Step 2 Referral" in text
    assert "Not known: stay." in text
    assert "the marker is dangerous" in small().said("pathway")


@everywhere
@both
def test_a_step_is_called_by_its_number_and_never_by_its_key(path: Path, audience: Audience) -> None:
    read, package = shipped(path, audience), compiled_file(path).package

    for number, step in enumerate(package.steps, start=1):
        assert read.said(f"step-{step.key}").startswith(f"Step {number} ")
        assert not re.search(rf"\b{step.key}\b", read.said("pathway")), step.key


@everywhere
def test_a_patient_reads_no_key_of_a_rule_a_test_a_statement_or_a_step(path: Path) -> None:
    package = compiled_file(path).package
    page = body_of(compiled_file(path), "patient")
    read = {word.strip(".,:;()") for word in re.sub(r"<[^>]+>", " ", page).split()}

    keys = {entry.key for entry in (*package.safety_rules, *package.monitoring, *package.statements, *package.steps)}

    assert keys and not keys & read
    assert "Not known: ask first" not in page


def test_the_marks_in_the_text_are_explained_to_either_reader() -> None:
    for audience in AUDIENCES:
        page = body_of(compile_package(itching_elbow()), audience)

        assert page.index("A small number opens the source.") < page.index("statement__text")


def test_the_ladder_climbs_from_a_step_to_the_one_that_follows_it() -> None:
    steps = read_version(compile_package(itching_elbow()))["pathway"]["steps"]

    assert [(step.key, step.level, step.climbs) for step in steps] == [("E1", 0, False), ("E2", 1, True)]
    assert steps[0].in_short == "Begin here. Review after 12 weeks. Leads to step 2"


def test_tests_say_when_and_how_often() -> None:
    text = small().said("monitoring-MON-CAL-1")

    assert "After 30 days to 45 days, then every 30 days, 3 times (calmine only)" in text
    assert "begins anew after a change of dose" in text
    assert "Blood test for itching" in small("patient").said("monitoring-MON-CAL-1")


def test_the_title_and_number_of_a_section_follow_the_order_of_the_page() -> None:
    contents = [
        (part.number, part.title) for part in read_version(compile_package(itching_elbow()), "patient")["contents"]
    ]

    assert contents[:3] == [(1, "What helps"), (2, "The steps of treatment"), (3, "Background")]
    assert contents[-1][1] == "Where this comes from"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param(content.SafetyRule.model_fields["override"].annotation, OVERRIDE, id="override"),
        pytest.param(content.Severity, SEVERITY, id="severity"),
        pytest.param(content.Severity, IF_UNKNOWN, id="what not knowing counts as"),
        pytest.param(content.Reference.model_fields["kind"].annotation, KINDS, id="kind of source"),
        pytest.param(content.Change, CHANGES, id="change of a drug"),
        pytest.param(content.OptionRegimen.model_fields["role"].annotation, ROLES, id="role in a treatment"),
        pytest.param(content.Cap.model_fields["per"].annotation, PER, id="period"),
        pytest.param(content.Regimen.model_fields["basis"].annotation, BASIS, id="basis of a dose"),
    ],
)
def test_there_is_a_word_for_everything_content_can_say(values: Any, said: dict[str, Any]) -> None:
    assert set(get_args(values)) == set(said)


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


def band_of(**changes: Any) -> str:
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
    return words(str(render_to_string("guidelines/_status_band.html", {"standing": shown, **links})))


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


def test_an_old_version_leads_to_the_one_in_use_and_to_what_changed() -> None:
    band = band_of(label="Superseded", in_use_number=3)

    assert 'href="/in-use/">Read version 3, which is in use' in band
    assert 'href="/changes/">See what changed' in band
