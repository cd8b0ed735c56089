"""Static files under names that carry their content's hash."""

from functools import lru_cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Keeps each address: the manifest is read once per process, and a page names some fifty files."""

    @lru_cache(maxsize=1024)  # noqa: B019 one storage per process
    def url(self, name: str | None, force: bool = False) -> str:
        return super().url(name, force)
