"""The content of a version, ready to look things up in, kept in memory by its hash: a page of an editor and a condition
that is being typed ask for the same content again and again. Refuses content that is not what its hash says.
"""

from functools import lru_cache

from guidelines.engine.compiled import CompiledPackage, compile_package
from guidelines.knowledge_known import with_knowledge
from guidelines.models import DrugKnowledge, Version
from guidelines.package import ContentMoved, compiled_version, package_of

KEPT = 6  # states of drafts; each save makes a new one


def draft_content(version: Version) -> CompiledPackage:
    """Of a version as it is now, even if somebody has saved since it was fetched."""
    if version.is_locked:
        return compiled_version(version)
    for _ in range(3):
        try:
            return exact_content(version.pk, version.content_hash)
        except ContentMoved:
            version.refresh_from_db()
    return exact_content(version.pk, version.content_hash)


@lru_cache(maxsize=KEPT)
def exact_content(version_id: int, content_hash: str, knowledge_id: int | None = None) -> CompiledPackage:
    """The content with this hash, or none; with a state of shared drug knowledge taken over."""
    version = Version.objects.select_related("guideline").get(pk=version_id)
    package = package_of(version)
    if knowledge_id is not None:
        package = with_knowledge(version, package, DrugKnowledge.objects.get(pk=knowledge_id))
    if package.content_hash() != content_hash:
        raise ContentMoved("The draft was changed while it was read. Open it again.")
    return compile_package(package)
