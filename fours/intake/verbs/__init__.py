"""Verbs of a load: receive the file, match its columns, check its rows, load them."""

from importlib import import_module
from pkgutil import iter_modules

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
