"""Words for what a guideline is not about: those that are something else to every guideline, and the names of drugs that
other guidelines give. A word that this one is about, recommends or speaks of is none of them."""

from collections.abc import Collection, Iterator
from functools import cache

from guidelines import library, synonyms
from guidelines.engine.content import Package
from guidelines.lexicon import Lexicon, stems, tokens

Phrase = tuple[str, ...]


@cache
def drugs_in_libraries() -> tuple[tuple[str, Phrase], ...]:
    """Key, and the words of the name, of every drug of the shipped libraries."""
    shelf = library.read_libraries().get("drugs", {})
    return tuple((key, tuple(tokens(str(entry.plain()["name"])))) for key, entry in shelf.items())


def words_elsewhere(package: Package, lexicon: Lexicon, known: Collection[str]) -> frozenset[Phrase]:
    """`known` are the features of the package's own texts."""
    general = (tuple(tokens(word)) for word in synonyms.shipped().others)
    claimed = words_claimed(package)
    return frozenset(phrase for phrase in general if not claimed.issuperset(phrase)) | frozenset(
        drugs_elsewhere(package, lexicon, known)
    )


def words_claimed(package: Package) -> frozenset[str]:
    """What is something else to other guidelines, and what this one is about, gives or says itself."""
    said = (text for one in package.statements for text in (one.clinician, one.plain or ""))
    named = (name for drug in package.drugs for name in (drug.name, *drug.names))
    return frozenset(tokens(" . ".join((package.condition, *said, *named))))


def drugs_elsewhere(package: Package, lexicon: Lexicon, known: Collection[str]) -> Iterator[Phrase]:
    """All names of the library's drugs that the package neither gives nor speaks of."""
    own = {drug.key for drug in package.drugs}
    for key, name in drugs_in_libraries():
        found = stems(name)
        group = lexicon.phrases.get(tuple(found[word] for word in name))
        if key in own or f"@{group}" in known:
            continue
        yield name
        yield from (tuple(tokens(word)) for word in lexicon.words.get(group or "", ()))
