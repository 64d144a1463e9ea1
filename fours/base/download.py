"""Files a person takes out of the product."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def download(data: bytes, name: str, kind: str) -> HttpResponse:
    """The bytes as a file under this name, of this content type; no cache keeps it, since it may hold personal data."""
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(data, content_type=kind, headers=headers)
