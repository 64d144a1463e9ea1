"""Texts go out compressed to whoever takes gzip, and only then."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from fours.desk.compression import CompressTexts, compressed

PAGE = "<p>维修工单</p>" * 200


def answer(accepted: str, response: HttpResponse | None = None) -> HttpResponse:
    given = response or HttpResponse(PAGE)
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepted} if accepted else {})
    return CompressTexts(lambda request: given)(request)


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate", "br,gzip;q=0.5", "deflate, GZIP ;q=1.0"])
def test_a_page_is_compressed_for_a_browser_that_takes_it(accepted: str) -> None:
    response = answer(accepted)
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).decode() == PAGE
    assert int(response["Content-Length"]) == len(response.content) < 400
    assert response["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip;q=0.0, br", "xgzip"])
def test_a_page_is_sent_as_it_is_to_whoever_does_not_take_gzip(accepted: str) -> None:
    response = answer(accepted)
    assert not response.has_header("Content-Encoding")
    assert response.content.decode() == PAGE
    assert response["Vary"] == "Accept-Encoding"


def test_pictures_papers_and_short_answers_are_left_alone() -> None:
    for response in (
        HttpResponse(PAGE, content_type="application/pdf"),
        HttpResponse(PAGE, content_type="image/png"),
        HttpResponse("好"),
    ):
        before = response.content
        assert answer("gzip", response).content == before
        assert not response.has_header("Content-Encoding")


def test_what_is_compressed_already_is_not_compressed_again() -> None:
    body = gzip.compress(PAGE.encode() * 9)
    packed = HttpResponse(body, headers={"Content-Encoding": "gzip"})
    assert answer("gzip", packed).content == body


def test_a_strong_tag_becomes_a_weak_one() -> None:
    assert answer("gzip", HttpResponse(PAGE, headers={"ETag": '"abc"'}))["ETag"] == 'W/"abc"'
    assert answer("br", HttpResponse(PAGE, headers={"ETag": '"abc"'}))["ETag"] == '"abc"'


def test_the_same_page_is_not_always_equally_long() -> None:
    assert len({len(compressed(PAGE.encode())) for _ in range(50)}) > 5
