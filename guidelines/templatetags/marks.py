"""The tag {% marked parts %}: a text with its matches marked."""

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join

from guidelines.search_marks import Parts

register = template.Library()


@register.simple_tag
def marked(parts: Parts) -> str:
    """`parts` are pairs of a text and whether it is a match."""
    pieces = (
        (format_html("<mark>{}</mark>", text) if is_match else conditional_escape(text),) for text, is_match in parts
    )
    return format_html("<span>{}</span>", format_html_join("", "{}", pieces))
