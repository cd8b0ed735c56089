"""The tag {% icon "name" %}: one of the drawings in templates/icons, inline so that it also prints.

It refuses names without a drawing: Django's own error says which file is missing.
"""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", stroke: str = "") -> str:
    """The drawing as SVG. `label` for an icon that stands without words, `stroke` a colour where CSS does not reach."""
    return _drawing(name, label, stroke)


# A page of reasons has a hundred icons and few kinds.
@lru_cache(maxsize=512)
def _drawing(name: str, label: str, stroke: str) -> str:
    return render_to_string(f"icons/{name}.html", {"label": label, "stroke": stroke})
