"""Whether the registry of access and the addresses of the site are about the same: a part of `manage.py check`."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from config.access import AccessRefused, Registry, registry
from guidelines.strict_yaml import YamlRefused


@register()
def every_address_is_registered(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    try:
        known = registry()
    except (AccessRefused, YamlRefused) as refusal:
        return [Error(str(refusal), id="access.E001")]
    return [Error(message, id="access.E002") for message in differences(known, named_patterns())]


def named_patterns(
    resolver: URLResolver | None = None, before: str = "", above: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every address there is, by the name a request gets to know it by; without a name, by nothing."""
    found = resolver or get_resolver()
    for entry in found.url_patterns:
        if isinstance(entry, URLResolver):
            # What is found by a part that stands above is found by it, too.
            route = f"{above}{entry.pattern}" if above or entry.pattern.converters else ""
            yield from named_patterns(entry, f"{before}{entry.namespace}:" if entry.namespace else before, route)
        else:
            yield f"{before}{entry.name}" if entry.name else "", whole(entry, above)


def whole(entry: URLPattern, above: str) -> URLPattern:
    if not above:
        return entry
    route = RoutePattern(f"{above}{entry.pattern}", name=entry.name, is_endpoint=True)
    return URLPattern(route, entry.callback, entry.default_args, entry.name)


def differences(known: Registry, patterns: Iterable[tuple[str, URLPattern]]) -> list[str]:
    seen: set[str] = set()
    found = []
    for name, pattern in patterns:
        if name not in known.rules:
            found.append(
                f'"{pattern.pattern}" ({name or "without a name"}) has no entry in access.yaml: nobody is let in.'
            )
            continue
        seen.add(name)
        parts = set(pattern.pattern.converters) or set(pattern.pattern.regex.groupindex)
        for rule in dict.fromkeys(known.rules[name].values()):
            if set(rule.found_by) != parts:
                found.append(
                    f"{name}: access.yaml finds it by {sorted(rule.found_by)}, the address has {sorted(parts)}."
                )
                break
    return found + [f"{name} has an entry in access.yaml, and no address." for name in known.rules if name not in seen]
