"""Static files and icons taken from node_modules: an explicit list, nothing third-party is committed."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from markupsafe import Markup
from whitenoise.storage import CompressedManifestStaticFilesStorage

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"
ICONS = "@tabler/icons/icons/outline"

# Address below STATIC_URL → file below node_modules. What is not listed is not served.
FILES = {
    "vendor/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "vendor/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/tom-select.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
    "vendor/tom-select.min.js": "tom-select/dist/js/tom-select.base.min.js",
    "vendor/sortable.js": "sortablejs/modular/sortable.esm.js",
    "vendor/signature_pad.js": "signature_pad/dist/signature_pad.min.js",
}
_SOURCE_MAP = re.compile(rb"^\s*(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=.*)\s*$", re.MULTILINE)


class NodeModulesStorage(FileSystemStorage):
    """Reads the listed files by their public names, without their references to source maps.

    The maps are not served, and manifest storage refuses a reference to a file that is not there.
    """

    def __init__(self) -> None:
        super().__init__(location=NODE_MODULES)

    def path(self, name: str) -> str:
        return super().path(FILES.get(name.replace("\\", "/"), name))

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        content = Path(self.path(name)).read_bytes()
        return ContentFile(_SOURCE_MAP.sub(b"", content), name=name)


class NodeModulesFinder(BaseFinder):
    """Finds the files of `FILES` and no other file of node_modules."""

    def __init__(self, app_names: object = None, *args: Any, **kwargs: Any) -> None:
        self.storage = NodeModulesStorage()
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [source for source in FILES.values() if not (NODE_MODULES / source).is_file()]
        if not missing:
            return []
        return [Error(f"{', '.join(missing)} not in {NODE_MODULES}", hint="Run npm ci.", id="fours.E001")]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = FILES.get(path.replace("\\", "/"))
        found = NODE_MODULES / source if source else None
        if found is None or not found.is_file():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        return ((name, self.storage) for name in FILES)


class AssetStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names also inside `import`: a new release never meets an old module in a browser cache."""

    support_js_module_import_aggregation = True


@cache
def _icon_paths(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise LookupError(f"No icon {name!r}")
    try:
        svg = (NODE_MODULES / ICONS / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LookupError(f"No icon {name!r} in {ICONS}") from None
    inner = svg.partition(">")[2].rpartition("</svg>")[0]
    return re.sub(r"\s*\n\s*", "", inner).replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")


@lru_cache(maxsize=2000)
def icon(name: str, classes: str = "", label: str = "") -> Markup:
    """The outline icon as inline SVG, silent for screen readers unless labelled; LookupError when unknown."""
    accessible = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="icon {}" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" {}>{}</svg>'
    ).format(classes, accessible, Markup(_icon_paths(name)))  # noqa: S704 - the file of our own package
