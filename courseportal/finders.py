"""Which files of packages are served: Bootstrap's wheel brings dozens, the pages link one."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import FileSystemFinder

BOOTSTRAP = frozenset({"bootstrap.min.css", "bootstrap.min.css.map"})
"""The style sheet, and the map that it names: hashed storages refuse a sheet whose map is missing."""


class NeededFilesFinder(FileSystemFinder):
    """Django's finder over STATICFILES_DIRS, giving only ``BOOTSTRAP`` from the folder with that prefix."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        """Every file to serve or collect, with its storage."""
        for path, storage in super().list(ignore_patterns):
            if getattr(storage, "prefix", "") != "bootstrap" or path in BOOTSTRAP:
                yield path, storage

    def find_location(self, root: str, path: str, prefix: str | None = None) -> str | None:
        """The file's place on disk, or None where it is not one of ours."""
        if prefix == "bootstrap" and path.removeprefix("bootstrap/") not in BOOTSTRAP:
            return None
        return super().find_location(root, path, prefix)
