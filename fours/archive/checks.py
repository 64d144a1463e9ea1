"""Bindings and the kept papers agree (PF-10)."""

from collections.abc import Iterator

from fours.desk.checks import register_check

from .models import Binding
from .proof import faults_of


def bindings_agree() -> Iterator[str]:
    """Lists and volumes are what was bound, and say of every paper what its row says."""
    done = Binding.objects.filter(state=Binding.State.DONE).select_related("store")
    for binding in done.order_by("pk"):
        yield from faults_of(binding)


register_check("archive", bindings_agree)
