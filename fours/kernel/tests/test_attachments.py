"""Attachments: judged by content, pictures written anew, shown only to who may see the document (PF-09)."""

import base64
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pillow_heif
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone
from PIL import Image, ImageDraw

from conftest import PersonOf
from fours.base.errors import Refused
from fours.customers.models import Customer
from fours.kernel import jobs
from fours.kernel.attachments import (
    attach,
    attach_address,
    attach_data_url,
    attachments_of,
    read_bytes,
    store_bytes,
)
from fours.kernel.comments import add_comment, comment_address, comments_of
from fours.kernel.models import Attachment, Comment, Event, Store

ClientOf = Callable[..., Client]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(default_storage, "base_location", tmp_path, raising=False)
    monkeypatch.setattr(default_storage, "location", str(tmp_path), raising=False)


@pytest.fixture
def customer(s01: Store) -> Customer:
    return Customer.objects.create(store=s01, name="王小明")


def picture(kind: str = "JPEG", size: tuple[int, int] = (3000, 1500)) -> bytes:
    image, out = Image.new("RGB", size, "red"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    exif[0x0112] = 6
    image.save(out, kind, exif=exif)
    return out.getvalue()


def upload(data: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def signature(strokes: bool = True) -> str:
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    if strokes:
        ImageDraw.Draw(image).line([(50, 150), (300, 40), (500, 160)], fill=(20, 20, 20, 255), width=4)
    out = io.BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def test_a_photo_is_turned_upright_made_smaller_and_loses_its_camera_data(
    customer: Customer, person: PersonOf, s01: Store
) -> None:
    kept = attach(customer, upload(picture()), actor=person("advisor", s01), purpose="车况")
    image = Image.open(io.BytesIO(read_bytes(kept)))
    assert (image.size, image.format, dict(image.getexif())) == ((1000, 2000), "JPEG", {})
    assert (kept.content_type, kept.purpose, kept.name) == ("image/jpeg", "车况", "a.jpg")
    assert b"PhoneMaker" not in read_bytes(kept)


def test_an_iphones_heic_becomes_a_jpeg(customer: Customer, person: PersonOf, s01: Store) -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (640, 480), "blue")).save(out)
    kept = attach(customer, upload(out.getvalue(), "IMG_1.HEIC"), actor=person("advisor", s01))
    assert (kept.content_type, kept.name) == ("image/jpeg", "IMG_1.jpg")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<html><script>alert(1)</script>", "photo.jpg"),
        (b"MZ\x90\x00", "setup.pdf"),
        (b"", "leer.png"),
        (picture()[:400], "cut.jpg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.svg"),
    ],
)
def test_what_is_neither_picture_nor_pdf_is_refused_whatever_it_is_called(
    customer: Customer, person: PersonOf, s01: Store, data: bytes, name: str
) -> None:
    with pytest.raises(Refused, match="不是照片或 PDF") as refusal:
        attach(customer, upload(data, name), actor=person("advisor", s01))
    assert "file" in refusal.value.fields
    assert not Attachment.objects.exists()
    assert not default_storage.exists(str(s01.pk))


def test_more_than_15_megabytes_are_refused(customer: Customer, person: PersonOf, s01: Store) -> None:
    big = upload(b"%PDF-1.7" + bytes(15 * 1024 * 1024), "a.pdf")
    with pytest.raises(Refused, match="15 MB"):
        attach(customer, big, actor=person("advisor", s01))
    assert not Attachment.objects.exists()


def test_a_drawn_signature_is_kept(customer: Customer, person: PersonOf, s01: Store) -> None:
    kept = attach_data_url(
        customer, signature(), actor=person("advisor", s01), purpose="signature", name="签名"
    )
    image = Image.open(io.BytesIO(read_bytes(kept)))
    assert (kept.content_type, image.size, image.getextrema()[0]) == ("image/png", (600, 200), 20)


@pytest.mark.parametrize(
    "text",
    ["", signature(strokes=False), "data:image/png;base64,AAAA", "data:text/html;base64,AAAA", "签名"],
)
def test_a_blank_or_broken_signature_is_refused_beside_its_field(
    customer: Customer, person: PersonOf, s01: Store, text: str
) -> None:
    with pytest.raises(Refused) as refusal:
        attach_data_url(customer, text, actor=person("advisor", s01), purpose="signature", name="签名")
    assert "签名" in refusal.value.fields["signature"]
    assert not Attachment.objects.exists()


def test_the_file_is_served_safely_to_colleagues_and_to_nobody_else(
    customer: Customer,
    s01: Store,
    s02: Store,
    client_of: ClientOf,
    person: PersonOf,
    see: Callable[..., None],
) -> None:
    photo = attach(customer, upload(picture()), actor=person("advisor", s01))
    paper = attach(customer, upload(b"%PDF-1.4 x", "保单.pdf"), actor=person("advisor", s01))
    colleague = client_of("advisor", s01)
    answer = colleague.get(f"/files/{photo.token}/")
    assert answer.status_code == 200
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert answer["Content-Disposition"].startswith("inline")
    assert colleague.get(f"/files/{paper.token}/")["Content-Disposition"].startswith("attachment")
    assert client_of("advisor", s02).get(f"/files/{photo.token}/").status_code == 404
    assert client_of("tool_keeper", s01).get(f"/files/{photo.token}/").status_code == 404
    assert Client().get(f"/files/{photo.token}/").status_code == 302


def test_files_are_added_on_the_documents_page_and_its_history_says_so(
    customer: Customer, s01: Store, s02: Store, client_of: ClientOf, see: Callable[..., None]
) -> None:
    address = f"/attach/customers.customer/{customer.pk}/"
    assert client_of("advisor", s02).post(address, {"file": upload(picture())}).status_code == 404
    advisor = client_of("advisor", s01)
    assert advisor.post(address, {"file": upload(b"x", "x.exe")}).status_code == 422
    assert advisor.post(address, {}).status_code == 422
    see(s01)
    assert not Attachment.objects.exists()
    assert advisor.post(address, {"file": [upload(picture()), upload(picture(), "b.jpg")]}).status_code == 302
    see(s01)
    assert Attachment.objects.count() == 2
    assert Event.objects.get(kind="kernel.attached").sentence == "添加附件：a.jpg、b.jpg"


def test_a_remark_is_kept_with_its_author_and_an_empty_one_refused(
    customer: Customer, s01: Store, s02: Store, client_of: ClientOf, see: Callable[..., None]
) -> None:
    address = f"/comment/customers.customer/{customer.pk}/"
    advisor = client_of("advisor", s01)
    assert advisor.post(address, {"text": "  "}).status_code == 422
    assert client_of("advisor", s02).post(address, {"text": "你好"}).status_code == 404
    assert advisor.post(address, {"text": "客户只在下午接电话"}).status_code == 302
    see(s01)
    comment = Comment.objects.get()
    assert (comment.text, comment.author.username) == ("客户只在下午接电话", "advisor-S01")


def test_files_without_a_row_are_swept_after_a_day_and_others_kept(
    customer: Customer, person: PersonOf, s01: Store
) -> None:
    kept = attach(customer, upload(picture()), actor=person("advisor", s01))
    orphan = store_bytes(s01.pk, b"x", ".jpg")
    jobs.tidy(s01, timezone.now())
    assert default_storage.exists(orphan)
    jobs.tidy(s01, timezone.now() + timedelta(days=2))
    assert not default_storage.exists(orphan)
    assert default_storage.exists(kept.path)


def test_the_panels_of_a_documents_page_show_files_and_remarks_with_their_forms(
    customer: Customer, s01: Store, person: PersonOf, rf: RequestFactory
) -> None:
    advisor = person("advisor", s01)
    photo = attach(customer, upload(picture()), actor=advisor)
    paper = attach(customer, upload(b"%PDF-1.4 x", "保单.pdf"), actor=advisor)
    add_comment(customer, text="<b>下午</b>再打", actor=advisor)
    context = {
        "attachments": attachments_of(customer, advisor),
        "attach_to": attach_address(customer),
        "comments": comments_of(customer, advisor),
        "comment_to": comment_address(customer),
    }
    request = rf.get("/")
    request.user = advisor.user  # type: ignore[assignment]
    panels = "".join(
        render_to_string(f"kernel/{name}.html", context, request) for name in ("attachments", "comments")
    )
    for shown in (f"/files/{photo.token}/", f"/files/{paper.token}/", "保单.pdf", "advisorS01"):
        assert shown in panels
    assert f'action="/attach/customers.customer/{customer.pk}/"' in panels
    assert f'action="/comment/customers.customer/{customer.pk}/"' in panels
    assert "&lt;b&gt;下午&lt;/b&gt;再打" in panels
