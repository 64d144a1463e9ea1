"""Pages and answers of the interface are sent compressed; static files are compressed once, when they are gathered."""

import gzip
import io
import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

ACCEPTED = re.compile(r"(?:^|,)\s*gzip\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:$|,)))", re.IGNORECASE)
TEXTS = ("text/html", "text/csv", "text/plain", "application/json")
# Below this, headers weigh more than what is saved.
LEAST = 400
# Level 1 makes a list of 25 rows five times smaller in half a millisecond; level 6 six times, in twice that.
LEVEL = 1
# Padding hides how well a guess of the page's secrets compresses (BREACH), as Django's own middleware does.
MOST_PADDING = 100


class CompressTexts:
    """Compresses texts for browsers that take gzip. Pictures, PDF files and workbooks are compressed already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if kind not in TEXTS or response.streaming or len(response.content) < LEAST:
            return response
        if response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if ACCEPTED.search(request.headers.get("Accept-Encoding", "")):
            _compress(response)
        return response


def _compress(response: HttpResponse) -> None:
    response.content = compressed(response.content)
    response["Content-Encoding"] = "gzip"
    response["Content-Length"] = str(len(response.content))
    if (etag := response.headers.get("ETag", "")).startswith('"'):
        # Another body than the one the strong tag was made for.
        response["ETag"] = f"W/{etag}"


def compressed(body: bytes) -> bytes:
    """The body as gzip, with a file name of random length."""
    padding = "a" * secrets.randbelow(MOST_PADDING)
    packed = io.BytesIO()
    with gzip.GzipFile(filename=padding, mode="wb", compresslevel=LEVEL, fileobj=packed, mtime=0) as file:
        file.write(body)
    return packed.getvalue()
