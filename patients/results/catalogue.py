"""Which facts are results, and by which names and units a report means one of them. Refuses to guess between two."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from guidelines.engine.compiled import CompiledPackage
from guidelines.engine.content import Fact
from guidelines.engine.operators import unit_text
from guidelines.in_use import versions_in_use
from guidelines.models import Version
from guidelines.package import compiled_version
from guidelines.result_names import names_of_results
from patients import rows_of_patient
from patients.facts import FROM_PATIENT
from patients.models import Clinic, Patient

MEASURED = ("number", "choice", "boolean")
OTHERS = "Other results"
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


@dataclass(frozen=True)
class Kind:
    """A fact that results are recorded for, in the content that knows it. `test`: of which it is a result, if of one."""

    fact: Fact
    compiled: CompiledPackage
    test: str = ""
    test_label: str = OTHERS

    @property
    def key(self) -> str:
        return self.fact.key

    @property
    def limit_fact(self) -> Fact | None:
        return self.compiled.facts[self.fact.upper_limit] if self.fact.upper_limit else None

    @cached_property
    def units(self) -> tuple[str, ...]:
        """As the content writes them, the fact's own first."""
        return (*([self.fact.unit] if self.fact.unit else []), *(other.unit for other in self.fact.other_units))

    @cached_property
    def spellings(self) -> dict[str, set[str]]:
        """Of each unit. Kept, because a table asks of every few words whether they are one."""
        return {unit: {plainly(unit), plainly(unit_text(unit))} for unit in self.units}

    def unit_named(self, text: str) -> str | None:
        """The accepted unit that is meant; none where it is another, or could be two."""
        if text in self.units:
            return text
        wanted = plainly(text)
        found = {unit for unit, spellings in self.spellings.items() if wanted in spellings}
        return found.pop() if len(found) == 1 else None

    @property
    def needs_unit(self) -> bool:
        """Points and the like have none that anybody writes."""
        return bool(self.fact.unit) and not (self.fact.unit or "").startswith("{")


class Catalogue:
    """The results of one or several guidelines; of a fact that two know, the first one's."""

    def __init__(self, packages: Sequence[CompiledPackage]) -> None:
        self.packages = packages
        self.kinds: dict[str, Kind] = {}
        for compiled in packages:
            for kind in kinds_of(compiled):
                self.kinds.setdefault(kind.key, kind)

    @cached_property
    def by_name(self) -> dict[str, Kind | None]:
        """None where a name could mean two. What a test brings goes before what no test brings."""
        found: dict[str, Kind | None] = {}
        for is_of_a_test in (True, False):
            tier: dict[str, Kind | None] = {}
            for kind in self.kinds.values():
                if bool(kind.test) == is_of_a_test:
                    for name in names_of(kind):
                        tier[name] = kind if tier.get(name, kind) is kind else None
            found = tier | found
        return found

    def content_of(self, fact_key: str) -> CompiledPackage | None:
        """The content that knows this fact, also one that is no result of a test."""
        return next((compiled for compiled in self.packages if fact_key in compiled.facts), None)

    def named(self, text: str) -> Kind | None:
        return self.by_name.get(simplified(text))

    def is_ambiguous(self, text: str) -> bool:
        return simplified(text) in self.by_name and self.named(text) is None

    def groups(self) -> list[tuple[str, str, list[Kind]]]:
        """(test, its label, its results), in the order of the content; what belongs to no test comes last."""
        found: dict[str, tuple[str, str, list[Kind]]] = {}
        for kind in sorted(self.kinds.values(), key=lambda kind: not kind.test):
            found.setdefault(kind.test, (kind.test, kind.test_label, []))[2].append(kind)
        return list(found.values())


def kinds_of(compiled: CompiledPackage) -> Iterator[Kind]:
    """What a test brings, and what else has a laboratory's code and is not worked out."""
    limits = {fact.upper_limit for fact in compiled.limited.values()}
    asked = {
        key: fact for key, fact in compiled.facts.items()
        if fact.type in MEASURED and not fact.formula_only and key not in FROM_PATIENT and key not in limits
    }  # fmt: skip
    seen: set[str] = set()
    for test in compiled.tests.values():
        for key in test.facts:
            if key in asked and key not in seen:
                seen.add(key)
                yield Kind(asked[key], compiled, test.key, test.label)
    for key, fact in asked.items():
        if key not in seen and fact.loinc and fact.type != "boolean" and fact.formula is None:
            yield Kind(fact, compiled)


def names_of(kind: Kind) -> set[str]:
    fact = kind.fact
    given = (fact.key, fact.label, fact.loinc, *names_of_results().get(fact.key, ()))
    return {simplified(name) for name in given if name}


def simplified(name: str) -> str:
    """Without case and without what stands between words: `Skin-look, whole` and `skin look whole` are one."""
    return " ".join(re.findall(r"[^\W_]+", name.casefold()))


def plainly(unit: str) -> str:
    """A unit without what differs between writers: case, spaces, signs for micro, times and powers."""
    text = re.sub(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: f"10*{found[1].translate(SUPERSCRIPTS)}", unit)
    text = text.translate(SUPERSCRIPTS).casefold().replace("µ", "u").replace("μ", "u")
    text = re.sub(r"\s+", "", text)
    return re.sub(r"^[x×*]?10[\^e*]", "10*", text)


def catalogue_of_patient(patient: Patient) -> Catalogue:
    """By the plans that are followed, and by the guidelines in use that none of them follows."""
    versions = [plan.version for plan in rows_of_patient.followed.rows(patient.pk)]
    followed = {version.guideline_id for version in versions}
    versions += [one for one in in_use(patient.clinic) if one.guideline_id not in followed]
    return Catalogue([compiled_version(version) for version in versions])


def catalogue_of_clinic(clinic: Clinic) -> Catalogue:
    return Catalogue([compiled_version(version) for version in in_use(clinic)])


def in_use(clinic: Clinic) -> list[Version]:
    versions = versions_in_use(clinic.today())
    return [version for version in versions if clinic.is_demo or not version.is_demonstration]
