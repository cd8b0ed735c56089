"""A condition while it is typed: checked without being saved, and the names it may use."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from guidelines.editing_forms.building import Block, Builder, Node
from guidelines.editing_forms.conditions import names_as_json
from guidelines.editing_forms.lookups import Lookups
from guidelines.editing_forms.shape import fields_of
from guidelines.editing_forms.typed import typed_from
from guidelines.labels import parts
from guidelines.views.editing.draft import Draft, class_of, of_draft, page, part_label


@require_POST
@of_draft
def condition_check(request: HttpRequest, draft: Draft, part: str) -> HttpResponse:
    """The form of an entry is sent whole, for its medicine says what `starting` means; `condition` names the field."""
    part_label(part)
    typed = typed_from(request.POST, fields_of(class_of(part)))
    node = Builder(Lookups(draft.compiled), {}, typed).entry(class_of(part), is_new=True)
    block = find(node, request.POST.get("condition", ""))
    if block is None:
        raise Http404("There is no such condition in this form.")
    return render(request, "guidelines/_condition_check.html", page(draft, block=block))


def find(node: Node, name: str) -> Block | None:
    for block in node.blocks:
        if block.kind == "condition" and block.name == name:
            return block
        for below in block.nodes:
            if found := find(below, name):
                return found
    return None


@require_safe
@of_draft
def condition_names(request: HttpRequest, draft: Draft) -> HttpResponse:
    """What can be completed: the names of conditions, and the keys of the parts that `parts` names."""
    wanted = tuple(part for part in request.GET.get("parts", "").split() if part in parts() or part == "products")
    if not wanted:
        return JsonResponse({"names": names_as_json(draft.compiled)})
    known = Lookups(draft.compiled).of(wanted).values()
    return JsonResponse({"names": [{"key": one.key, "label": one.words, "what": "", "choices": []} for one in known]})
