"""The files browsers load, gathered into STATIC_ROOT under names that change with their content."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

# Left out: what installed packages bring and no page asks for; to compress it takes longer than all the rest.
UNUSED = ("redoc*",)


def gather() -> bool:
    """Gather the files unless those of exactly this version are there; tells whether there was work to do."""
    stamp = Path(settings.STATIC_ROOT) / ".gathered"
    fingerprint = hashlib.sha256("\n".join(sorted(_sources())).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=list(UNUSED))
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(fingerprint)
    return True


def _sources() -> Iterator[str]:
    """One line for everything the result depends on."""
    yield str(settings.STORAGES["staticfiles"])
    for finder in get_finders():
        for name, storage in finder.list(list(UNUSED)):
            facts = Path(storage.path(name)).stat()
            yield f"{name} {facts.st_size} {facts.st_mtime_ns}"
