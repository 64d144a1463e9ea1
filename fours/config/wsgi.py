import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from fours.server.memory import settle_memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fours.config.settings")
application = get_wsgi_application()
# All addresses with their views belong to the program too; else the first request would load them.
_ = get_resolver().reverse_dict
settle_memory()
