"""A form as a template prints it, from what was typed: fields with labels, groups, rows with their buttons.

It judges nothing: whether an entry is right is for pydantic and the engine to say, and their sentences are given in.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.utils import ErrorDict, ErrorList

from guidelines import labels
from guidelines.editing import SAID_PLAINLY
from guidelines.editing_forms import conditions
from guidelines.editing_forms.controls import control_of, value_control
from guidelines.editing_forms.lookups import Known, Lookups
from guidelines.editing_forms.shape import ROW_KEY, ROWS, VALUE, Field, fields_of
from guidelines.editing_forms.typed import IS_SET, IS_THERE, ROOT, Problems, Typed

# How much of a line each kind takes: all of it, or two columns of three.
WIDE, HALF = ("text", "condition", "lines", "choices"), ("line", "keys")
SHORT = 3  # fields of a row that stands in one line


class Part(forms.Form):
    """The fields of one entry, row or group. What was typed is its data, and the sentences are given in."""

    def __init__(self, controls: dict[str, forms.Field], typed: Typed, name: str, problems: Problems) -> None:
        self.problems, self.name = problems, name
        super().__init__({f"{name}-{key}": value for key, value in typed.items()}, prefix=name)
        self.fields = controls

    def full_clean(self) -> None:
        self._errors = ErrorDict()
        for key in self.fields:
            if sentences := self.problems.get(f"{self.name}-{key}"):
                self._errors[key] = self.error_class(sentences, renderer=self.renderer, field_id=self[key].auto_id)
        self.cleaned_data = {}


@dataclass
class Block:
    """One thing under another in a form. `kind` says which partial draws it."""

    kind: str  # field, pair, condition, keys, rows, group, facts
    name: str
    label: str = ""
    help: str = ""
    one: str = ""
    width: str = ""
    bound: Any = None
    plain: Any = None  # of a pair: the plain wording
    nodes: list["Node"] = field(default_factory=list)
    errors: ErrorList = field(default_factory=ErrorList)
    is_optional: bool = False
    is_pressed: bool = False
    check: conditions.Check | None = None
    named: list[tuple[str, Known | None]] = field(default_factory=list)
    choices: list[Known] = field(default_factory=list)
    leads_to: str = ""


@dataclass
class Node:
    """An entry, a row or a group: its blocks under headings."""

    name: str
    title: str = ""
    groups: list[tuple[str, list[Block]]] = field(default_factory=list)
    is_pressed: bool = False
    is_short: bool = False
    errors: ErrorList = field(default_factory=ErrorList)
    hidden: list[tuple[str, str]] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        return [block for _, blocks in self.groups for block in blocks]


class Builder:
    """Builds one form. `pressed` is the name of the row whose button was pressed last: it takes the focus."""

    def __init__(self, lookups: Lookups, problems: Problems, typed: Typed, pressed: str = "") -> None:
        self.lookups, self.problems, self.pressed = lookups, problems, pressed
        self.typed = typed
        self.places: dict[str, tuple[str, str]] = {}  # of every name in the form: its label, the id that is linked to
        # In a safety rule, a monitoring item, a dose or an instruction, `starting` is about its medicine.
        self.drug = typed.get("drug") or None

    def entry(self, entry_class: type, *, is_new: bool) -> Node:
        self.entry_class = entry_class
        fields = [f for f in fields_of(entry_class) if is_new or f.name != "key"]
        return self.node(fields, self.typed, ROOT, groups=labels.field_groups(entry_class.__name__))

    def node(self, fields: Iterable[Field], typed: Typed, name: str, *, title: str = "", groups: Any = ()) -> Node:
        fields = list(fields)
        drug = self.drug
        if any(f.label.leads_to == ("regimens",) for f in fields) and "when" in typed:
            drug = self.drug_of(typed.get("regimen", ""))
        plainly = {f.name: control_of(f, self, typed) for f in fields if not (f.below or f.kind == "facts")}
        if plainly and name == self.pressed:
            next(iter(plainly.values())).widget.attrs["autofocus"] = True
        form = Part(plainly, typed, name, self.problems)
        blocks = {f.name: self.block(f, typed, f"{name}-{f.name}", form, drug) for f in fields}
        for said, told in pairs_of(blocks):
            pair = blocks[told]
            as_tall(blocks[said].bound.field, pair.bound.field)
            blocks[said] = Block("pair", pair.name, bound=blocks[said].bound, plain=pair.bound)
            del blocks[told]
        return Node(name, title, list(under_headings(blocks, groups)), is_pressed=name == self.pressed)

    def row(self, fields: Iterable[Field], typed: Typed, name: str, title: str) -> Node:
        """One of many; of few fields, in one line."""
        node = self.node(fields, typed, name, title=title)
        node.errors = self.errors(name)
        node.is_short = len(node.blocks) <= SHORT and all(block.bound and not block.plain for block in node.blocks)
        for block in node.blocks if node.is_short else ():
            block.width = "half" if block.width or len(node.blocks) < SHORT else ""
        return node

    def drug_of(self, regimen: str) -> str | None:
        known = self.lookups.compiled.regimens.get(regimen)
        return known.drug.key if known else None

    def block(self, f: Field, typed: Typed, name: str, form: Part, drug: str | None) -> Block:
        label, value = f.label, typed.get(f.name)
        self.places[name] = (label.label or "", f"block-{name}" if f.below or f.kind == "facts" else f"id_{name}")
        made = Block(
            "field", name, label=label.label or "", help=label.help, one=label.one or "entry",
            is_optional=not f.is_required, is_pressed=name == self.pressed, leads_to=" ".join(label.leads_to),
        )  # fmt: skip
        if f.kind in ROWS:
            made.kind = "rows"
            made.nodes = [
                self.row(f.below, row, f"{name}-{i}", f"{made.one.capitalize()} {i + 1}")
                for i, row in enumerate(value or [])
            ]
            made.errors = self.errors(name)
        elif f.kind == "facts":
            made.kind = "facts"
            made.nodes = [self.fact(row, f"{name}-{i}") for i, row in enumerate(value or [])]
            taken = {row[ROW_KEY] for row in value or []}
            made.choices = [known for known in self.lookups.of(("facts",)).values() if known.key not in taken]
            made.errors = self.errors(name)
        elif f.below:
            made.is_optional = f.is_optional and not (f.is_open or f.kind == "keys_or_none")
            made.kind = "group" if made.is_optional or len(f.below) > SHORT else "inline"
            made.width = "wide" if f.kind == "keys_or_none" else "half"
            made.nodes = [] if value is None else [self.node(f.below, value, name)]
            for node in made.nodes:
                node.hidden = [(f"{name}-{IS_THERE}", "1")] if made.is_optional else []
            made.errors = self.errors(name)
        else:
            made.bound = form[f.name]
            made.width = "wide" if f.kind in WIDE else "half" if f.kind in HALF else ""
            if f.kind == "condition":
                made.kind, made.check = "condition", self.checked(f, str(value or ""), drug)
            elif f.kind == "keys":
                made.kind, made.named = "keys", self.lookups.named(label.leads_to, str(value or ""))
        return made

    def errors(self, name: str) -> ErrorList:
        return ErrorList(self.problems.get(name, []))

    def checked(self, f: Field, text: str, drug: str | None) -> conditions.Check:
        wanted = "boolean"
        if f.label.reads:
            wanted = self.typed.get("type", "") if f.name == "formula" else "number"
        return conditions.checked(text, self.lookups.compiled, drug=drug, wanted=wanted)

    def summary(self) -> list[tuple[str, str, str]]:
        """Every sentence with the label of its field and the id to go to; a row's own with the label of the rows."""
        found = []
        for name, sentences in self.problems.items():
            near = name
            while near not in self.places and "-" in near:
                near = near.rpartition("-")[0]
            label, target = self.places.get(near, ("", ""))
            found += [(label, target, sentence) for sentence in sentences]
        return found

    def fact(self, row: Typed, name: str) -> Node:
        """A fact of a test patient with the control of its own kind of value."""
        fact = self.lookups.facts.get(row[ROW_KEY])
        control = value_control(fact, row[ROW_KEY], row[VALUE])
        if name == self.pressed:
            control.widget.attrs["autofocus"] = True
        form = Part({VALUE: control}, row, name, self.problems)
        hidden = [(f"{name}-{ROW_KEY}", row[ROW_KEY])]
        if isinstance(row[VALUE], list):
            hidden.append((f"{name}-{IS_SET}", "1"))
        block = Block("field", f"{name}-{VALUE}", bound=form[VALUE])
        self.places[f"{name}-{VALUE}"] = (fact.label if fact else row[ROW_KEY], f"id_{name}-{VALUE}")
        block.width = "wide" if isinstance(row[VALUE], list) else ""
        return Node(name, fact.label if fact else row[ROW_KEY], [("", [block])], name == self.pressed, hidden=hidden)


def pairs_of(blocks: dict[str, Block]) -> Iterator[tuple[str, str]]:
    """Fields that say the same to a clinician and to a patient."""
    names = [name for name, block in blocks.items() if block.kind == "field"]
    for name in names:
        if name.startswith("plain_") and name.removeprefix("plain_") in names:
            yield name.removeprefix("plain_"), name
    if "plain" in names and (said := next((name for name in SAID_PLAINLY if name in names), "")):
        yield said, "plain"


def as_tall(said: forms.Field, told: forms.Field) -> None:
    """Two wordings stand side by side: a line beside a text is written as a text, too."""
    texts = [one for one in (said, told) if isinstance(one.widget, forms.Textarea)]
    for control in (said, told) if len(texts) == 1 else ():
        control.widget = forms.Textarea(dict(texts[0].widget.attrs))


def under_headings(blocks: dict[str, Block], groups: Iterable[labels.FieldGroup]) -> Iterator[tuple[str, list[Block]]]:
    """The blocks under the headings of their class; what no heading names comes last."""
    named: set[str] = set()
    for group in groups:
        here = [blocks[name] for name in group.fields if name in blocks]
        named.update(group.fields)
        if here:
            yield group.title, here
    if rest := [block for name, block in blocks.items() if name not in named]:
        yield "", rest
