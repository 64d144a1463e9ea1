"""The product answering on a port of this process, plain or with its static files as `fours serve` gathers them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test import override_settings
from whitenoise.compress import Compressor

from fours.desk.assets import AssetStorage
from fours.server.static_files import UNUSED


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """A test's own output is enough."""


class GzipOnly(AssetStorage):
    """As AssetStorage, without the brotli files, which take most of the time."""

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=False, **options)


class TakesGzip(WSGIHandler):
    """Asked as by a tablet in the shop, without TLS. From the machine itself Chromium would take brotli, which weighs less."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ["HTTP_ACCEPT_ENCODING"] = "gzip, deflate"
        return super().__call__(environ, start_response)


@contextmanager
def answering(app: Callable[..., Any]) -> Iterator[str]:
    """The address at which the application answers meanwhile."""
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler, allow_reuse_address=False)
    server.set_app(app)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def as_served(folder: Path) -> Iterator[str]:
    """The address of the product with compressed static files under names that change with their content."""
    storage = {"BACKEND": f"{GzipOnly.__module__}.{GzipOnly.__name__}"}
    with override_settings(STATIC_ROOT=folder, STORAGES={**settings.STORAGES, "staticfiles": storage}):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=[*UNUSED, "ninja*"])
        with answering(TakesGzip()) as address:
            yield address
