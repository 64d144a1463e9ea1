import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from fours.server.environment import loaded_for_good
from fours.server.memory import settle_memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fours.config.settings")
with loaded_for_good():
    application = get_wsgi_application()
    # All addresses with their views belong to the program too, and dictionaries: else the first request would load them.
    _ = get_resolver().reverse_dict
    for name in ("pypinyin", "cn2an"):
        import_module(name)
settle_memory()
