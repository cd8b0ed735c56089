"""Shared drug knowledge: numbered states on record, which of them a guideline has, and taking a newer one over."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from guidelines import actions
from guidelines.actions import Refused
from guidelines.drug_knowledge import Apart, State, of_package, pins_of
from guidelines.editing import fingerprint, with_entry, without_entry
from guidelines.engine.content import Package
from guidelines.guideline_file import read_guideline_file
from guidelines.knowledge_files import knowledge_in
from guidelines.knowledge_known import pins_on_record, states_known
from guidelines.library import CONTENT_FOLDER
from guidelines.models import DrugKnowledge, EditKind, Version
from guidelines.package import package_of
from tests.factories_guidelines import draft, editor, itching_elbow, published, reviewer
from tests.guidelines.library_samples import DRUG, MESSAGE, RULE, library, recorded, rule_of

# --- which state a content has ----------------------------------------------------------------------------------------


def pin_of(package: Package, *states: object) -> tuple[int, int, tuple[Apart, ...]]:
    known = [State(number, entries) for number, entries in enumerate(states, start=1)]  # type: ignore[arg-type]  # as library() gives them
    [pin] = pins_of(package, {DRUG: known})
    return pin.number, pin.newest, pin.apart


def test_a_content_has_the_state_it_was_made_with() -> None:
    assert pin_of(itching_elbow(), library(), library(message=MESSAGE)) == (1, 2, ())
    assert pin_of(itching_elbow(), library(message=MESSAGE), library()) == (2, 2, ())


def test_a_rule_that_came_later_is_one_the_content_does_not_have() -> None:
    assert pin_of(itching_elbow(), library(), library(key="CAL-W-NEW")) == (1, 2, ())


def test_a_rule_that_was_withdrawn_later_is_one_the_content_still_has() -> None:
    assert pin_of(itching_elbow(), library(), library(without="CAL-W-MARK")) == (1, 2, ())


def test_what_was_changed_or_left_out_in_the_guideline_itself_is_said() -> None:
    rule = rule_of(itching_elbow(), RULE)
    edited = with_entry(itching_elbow(), "safety_rules", rule.model_copy(update={"message": "Own words."}))
    edited = without_entry(edited, "safety_rules", "CAL-W-MARK")

    number, newest, apart = pin_of(edited, library(), library(message=MESSAGE))

    assert (number, newest) == (2, 2), "it differs from both alike, and of those the newest counts"
    assert apart == (Apart("safety_rules", RULE, "changed"), Apart("safety_rules", "CAL-W-MARK", "left out"))


def test_own_rules_about_a_shared_drug_are_the_guidelines_own() -> None:
    own = rule_of(itching_elbow(), RULE).model_copy(update={"key": "OWN-1"})

    assert pin_of(with_entry(itching_elbow(), "safety_rules", own), library()) == (1, 1, ())


def test_a_drug_that_nobody_shares_has_no_state() -> None:
    assert pins_of(itching_elbow(), {}) == []


# --- on record --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_again_is_no_new_state_and_another_is() -> None:
    first = recorded(library())
    again = actions.record_knowledge(content={DRUG: library()})
    second = recorded(library(message=MESSAGE))
    back = recorded(library())

    assert again == []
    assert (first.number, second.number, back.number) == (1, 2, 3)
    assert first.content_hash == back.content_hash != second.content_hash


@pytest.mark.django_db
def test_a_state_is_never_changed_and_never_numbered_out_of_turn() -> None:
    row = recorded(library())

    with pytest.raises(IntegrityError, match="knowledge_is_a_record"), transaction.atomic():
        DrugKnowledge.objects.update(entries={})
    with pytest.raises(IntegrityError, match="knowledge_is_a_record"), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match="knowledge_is_numbered_in_turn"), transaction.atomic():
        DrugKnowledge.objects.create(drug_key=DRUG, number=3, content_hash="0" * 64, entries={})


@pytest.mark.django_db
def test_a_weekly_drug_stays_one() -> None:
    recorded(library())
    daily = dict(library())
    daily["drugs", DRUG] = {**daily["drugs", DRUG], "weekly_only": False}

    with pytest.raises(Refused, match="is taken once a week only, says calmine 1"):
        actions.record_knowledge(content={DRUG: daily})


@pytest.mark.django_db
def test_the_shipped_guideline_has_the_shipped_knowledge(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_guideline", str(CONTENT_FOLDER / "drugs.yaml"))

    shown = capsys.readouterr().out.splitlines()
    package = read_guideline_file(CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml").package
    pins = pins_of(package, states_known(*(drug.key for drug in package.drugs)))
    assert {line.rsplit(" ", 2)[0] for line in shown[::2]} == set(knowledge_in())
    assert shown[1::2] == [row.content_hash for row in DrugKnowledge.objects.newest()]
    assert pins and {(pin.number, pin.newest, pin.apart) for pin in pins} == {(1, 1, ())}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("references:\n  - {key: R1, title: A source, kind: label}\n", "no library here has a drug"),
        ("drugs:\n  - {key: calmine}\n", r"drugs\[0\]\.name, line 2: this field is required"),
        ("drugs:\n  - calmine\n", "write fields and their values"),
    ],
    ids=["no drug", "no name", "no entry"],
)
def test_a_library_that_cannot_be_used_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "library.yaml"
    file.write_text(text)

    with pytest.raises(CommandError, match=sentence):
        call_command("load_guideline", str(file))

    assert not DrugKnowledge.objects.exists()


@pytest.mark.django_db
def test_who_may_not_load_a_guideline_records_nothing() -> None:
    with pytest.raises(Refused, match="Only editors"):
        actions.record_knowledge(content={DRUG: library()}, by=reviewer("rolf"))
    with pytest.raises(CommandError, match="Only editors"):
        call_command("load_guideline", str(CONTENT_FOLDER / "drugs.yaml"), by=reviewer("rita").username)

    assert not DrugKnowledge.objects.exists()


@pytest.mark.django_db
def test_where_the_guideline_is_refused_its_drugs_are_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**told: object) -> None:
        assert DrugKnowledge.objects.exists()
        raise Refused("Not now.")

    monkeypatch.setattr("guidelines.management.commands.load_guideline.load_package", refuse)

    with pytest.raises(CommandError, match="Not now"):
        call_command("load_guideline", str(CONTENT_FOLDER / "amyopathic-dermatomyositis.yaml"))

    assert not DrugKnowledge.objects.exists()


# --- taking it over ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_editor_takes_what_has_changed_and_nothing_else() -> None:
    recorded(library())
    version = draft(by=editor())
    recorded(newer())

    edits = actions.take_knowledge(version=version, by=version.author, drug=DRUG, number=2)

    version.refresh_from_db()
    package = package_of(version)
    assert [(edit.part, edit.key, edit.kind) for edit in edits] == [
        ("safety_rules", RULE, EditKind.CHANGED),
        ("safety_rules", "CAL-W-NEW", EditKind.ADDED),
        ("safety_rules", "CAL-W-MARK", EditKind.REMOVED),
    ]
    assert rule_of(package, RULE).message == MESSAGE
    assert version.content_hash == package.content_hash() == edits[-1].content_hash
    [pin] = pins_on_record(version, package)
    assert (pin.number, pin.apart) == (2, ())
    assert of_package(package, DRUG) == newer()
    assert actions.take_knowledge(version=version, by=version.author, drug=DRUG, number=2) == []


def newer() -> dict[tuple[str, str], dict[str, object]]:
    entries = dict(library(message=MESSAGE, key="CAL-W-NEW"))
    del entries["safety_rules", "CAL-W-MARK"]
    return entries


@pytest.mark.django_db
def test_what_the_guideline_says_in_its_own_way_is_left_to_a_person() -> None:
    recorded(library())
    rule = rule_of(itching_elbow(), RULE).model_copy(update={"message": "Own words."})
    version = draft(with_entry(itching_elbow(), "safety_rules", rule), by=editor())
    recorded(library(message=MESSAGE, key="CAL-W-NEW"))

    actions.take_knowledge(version=version, by=version.author, drug=DRUG, number=2)

    version.refresh_from_db()
    assert rule_of(package_of(version), RULE).message == "Own words."
    assert rule_of(package_of(version), "CAL-W-NEW") is not None
    [pin] = pins_on_record(version, package_of(version))
    assert (pin.number, pin.apart) == (2, (Apart("safety_rules", RULE, "changed"),))


def taken(version: Version, number: int) -> list[tuple[str, str]]:
    edits = actions.take_knowledge(version=version, by=version.author, drug=DRUG, number=number)  # type: ignore[arg-type]  # who wrote it
    return [(edit.key, edit.kind) for edit in edits]


def removed(version: Version, key: str) -> None:
    read = fingerprint(rule_of(package_of(version), key))
    actions.remove_entry(version=version, by=version.author, part="safety_rules", key=key, read=read)  # type: ignore[arg-type]  # who wrote it


@pytest.mark.django_db
def test_what_was_taken_and_left_out_again_is_not_put_back() -> None:
    recorded(library())
    version = draft(by=editor())
    recorded(library(key="CAL-W-NEW"))
    taken(version, 2)

    removed(version, "CAL-W-NEW")

    [pin] = pins_on_record(version, package_of(version))
    assert (pin.number, pin.newest, pin.apart) == (2, 2, (Apart("safety_rules", "CAL-W-NEW", "left out"),))
    assert taken(version, 2) == []
    recorded(library(key="CAL-W-NEW", message=MESSAGE))
    assert taken(version, 3) == [(RULE, EditKind.CHANGED)], "nor with what is newer"
    [back] = version.edits.filter(kind=EditKind.REMOVED)
    actions.undo_edit(edit=back, by=version.author, read="")  # type: ignore[arg-type]  # who wrote it
    assert pins_on_record(version, package_of(version))[0].apart == (), "a person may take it back"


@pytest.mark.django_db
def test_what_went_because_it_was_withdrawn_comes_back_with_the_shared_knowledge() -> None:
    recorded(library())
    version = draft(by=editor())
    recorded(library(without="CAL-W-MARK"))
    assert taken(version, 2) == [("CAL-W-MARK", EditKind.REMOVED)]

    recorded(library())

    assert taken(version, 3) == [("CAL-W-MARK", EditKind.ADDED)]


@pytest.mark.django_db
def test_what_the_guideline_could_not_run_with_is_refused_and_nothing_is_written() -> None:
    recorded(library())
    version = draft(by=editor())
    recorded(library(key="CAL-W-NEW", when="unheard_of > 3"))

    with pytest.raises(Refused, match="unheard_of"):
        actions.take_knowledge(version=version, by=version.author, drug=DRUG, number=2)

    assert not version.edits.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("drug", "number"), [("unheard", 1), (DRUG, 9)])
def test_what_is_not_there_is_not_taken(drug: str, number: int) -> None:
    recorded(library())
    version = draft(by=editor())

    with pytest.raises(Refused, match="Open the draft again"):
        actions.take_knowledge(version=version, by=version.author, drug=drug, number=number)


@pytest.mark.django_db
def test_nobody_but_an_editor_takes_it_and_never_into_what_is_approved() -> None:
    recorded(library())
    version = published()
    recorded(library(message=MESSAGE))

    for by in (editor(), reviewer("rolf")):
        with pytest.raises(Refused):
            actions.take_knowledge(version=version, by=by, drug=DRUG, number=2)

    assert rule_of(package_of(version), RULE).message != MESSAGE
