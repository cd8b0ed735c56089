"""Every guideline that is shipped answers about its own disease, and leaves what another one is about to that one."""

import pytest

from guidelines.asking.answering import answer
from guidelines.asking.elsewhere import drugs_in_libraries
from guidelines.asking.knowledge import knowledge_of
from guidelines.engine.compiled import CompiledPackage
from tests.engine.patients import all_shipped, slug_of

pytestmark = [pytest.mark.django_db, pytest.mark.begins_with("itching elbow")]
everywhere = pytest.mark.parametrize("shipped", all_shipped(), ids=slug_of)


@everywhere
def test_the_dose_of_its_main_drugs_is_answered(shipped: CompiledPackage) -> None:
    mains = {
        shipped.regimens[part.regimen].drug.name
        for option in shipped.package.options for part in option.regimens if part.role == "main"
    }  # fmt: skip

    for name in sorted(mains):
        found = answer(shipped, f"What is the dose of {name}?")
        assert found.is_answered, name
        assert "dose" in {one.kind for one in found.computed}, name


@everywhere
def test_a_drug_that_only_another_guideline_gives_is_not_answered(shipped: CompiledPackage) -> None:
    knowledge = knowledge_of(shipped)
    named = {feature for feature in knowledge.known if feature.startswith("@")}

    strange = [
        " ".join(name) for key, name in drugs_in_libraries()
        if key not in shipped.drugs and not named & {f"@{key}", f"@{name[0]}"}
    ]  # fmt: skip

    for name in strange:
        assert not answer(shipped, f"What is the dose of {name}?").is_answered, name
        assert not answer(shipped, f"{name} in {shipped.package.condition}").is_answered, name
    assert strange or len(drugs_in_libraries()) == len(shipped.drugs)


def test_the_name_of_its_own_disease_is_no_word_for_something_else() -> None:
    (psoriasis,) = [compiled for compiled in all_shipped() if compiled.package.slug == "plaque-psoriasis"]

    found = answer(psoriasis, "What is the dose of methotrexate in psoriasis?")

    assert [statement.key for statement in found.statements][:1] == ["D1"]


def test_names_of_drugs_that_other_guidelines_give_are_known_as_such() -> None:
    (psoriasis,) = [compiled for compiled in all_shipped() if compiled.package.slug == "plaque-psoriasis"]

    others = knowledge_of(psoriasis).others

    assert {("mycophenolate",), ("cellcept",), ("hydroxychloroquine",), ("ustekinumab",)} <= others
    assert not {("psoriasis",), ("adalimumab",), ("methotrexate",)} & others
