"""Files and remarks through the interface, and how much a token may ask."""

from base64 import b64encode

import pytest
from django.test.utils import override_settings

from fours.customers.verbs.customer import create_customer
from fours.kernel.models import Attachment, Comment, Store
from fours.service.tests.order_house import photo

from .conftest import CallerOf


@pytest.fixture
def customer(s01: Store, person) -> str:
    row = create_customer(s01, name="王小明", actor=person("advisor", s01))
    return f"documents/customers.customer/{row.pk}"


def file(data: bytes, name: str = "a.jpg") -> dict:
    return {"files": [{"name": name, "data": f"data:image/jpeg;base64,{b64encode(data).decode()}"}]}


def test_a_photo_goes_in_and_comes_out_written_anew(customer: str, s01: Store, caller_of: CallerOf) -> None:
    advisor = caller_of("advisor", s01)
    kept = advisor.send(f"{customer}/add-attachments", file(photo().read())).json()["items"]
    assert [(row["name"], row["content_type"]) for row in kept] == [("a.jpg", "image/jpeg")]
    assert advisor.get(f"{customer}/attachments").json()["items"] == kept
    answer = advisor.get(f"attachments/{kept[0]['id']}/content")
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "data", ["", "data:image/png;base64,AAAA", "http://example.cn/a.jpg", "data:;base64,A"]
)
def test_what_is_no_picture_is_refused(customer: str, s01: Store, caller_of: CallerOf, data: str) -> None:
    body = {"files": [{"name": "a.html", "data": data}]}
    answer = caller_of("advisor", s01).send(f"{customer}/add-attachments", body)
    assert answer.status_code == 422
    assert answer.json()["fields"]
    assert not Attachment.objects.exists()


def test_files_and_remarks_are_for_who_may_read_the_document(
    customer: str, s01: Store, s02: Store, caller_of: CallerOf, see
) -> None:
    advisor = caller_of("advisor", s01)
    kept = advisor.send(f"{customer}/add-attachments", file(photo().read())).json()["items"][0]["id"]
    assert (
        advisor.send(f"{customer}/add-comment", {"text": "喜欢靠窗"}).json()["items"][0]["text"] == "喜欢靠窗"
    )
    for post, store in (("technician", s01), ("advisor", s02)):
        other = caller_of(post, store)
        for address in (f"{customer}/attachments", f"{customer}/comments", f"attachments/{kept}/content"):
            assert other.get(address).status_code == 404, (post, address)
        assert other.send(f"{customer}/add-comment", {"text": "x"}).status_code == 404
        assert other.send(f"{customer}/add-attachments", file(photo().read())).status_code == 404
    see(s01)
    assert (Attachment.objects.count(), Comment.objects.count()) == (1, 1)
    assert advisor.get("documents/kernel.user/1/comments").status_code == 404


def test_a_token_that_runs_in_circles_is_told_when_to_come_again(s01: Store, caller_of: CallerOf) -> None:
    advisor, other = caller_of("advisor", s01), caller_of("gm", s01)
    with override_settings(API_PER_MINUTE=1):
        answers = [advisor.get("customers") for _ in range(3)]
        assert other.get("customers").status_code == 200
    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "too_many"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert advisor.get("customers").status_code == 200
