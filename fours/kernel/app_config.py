"""The one AppConfig all apps of the product share."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import AppConfig

# Rooms that only declare things into a registry; importing them is what makes the declarations count. A room is a
# module, or a package of which every module declares something.
ROOMS = (
    "defaults", "verbs", "registers", "deadlines", "subscribers", "search", "imports", "exports", "panels", "menu",
    "worklist", "erasing", "jobs", "papers", "pickers", "checks", "setup",
    "folder",
)  # fmt: skip


class FoursAppConfig(AppConfig):
    # Django takes an apps.py's config by itself only when one class there is a default; this base is none.
    default = False

    def __init_subclass__(cls) -> None:
        cls.default = True

    def ready(self) -> None:
        for room in ROOMS:
            if find_spec(f"{self.name}.{room}") is not None:
                _enter(f"{self.name}.{room}")


def _enter(room: str) -> None:
    entered = import_module(room)
    for module in iter_modules(getattr(entered, "__path__", ())):
        import_module(f"{room}.{module.name}")
