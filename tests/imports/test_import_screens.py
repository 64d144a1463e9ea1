"""导入 in the browser's requests: three steps, the error workbook, who may, and what a wrong file is told."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fours.customers.models import Customer
from fours.intake import jobs
from fours.intake.reader import read_sheet
from fours.kernel.models import Event, IntakeLoad, IntakeMapping, IntakeRow, Store
from fours.vehicles.models import Vehicle

from .screens import settle, upload
from .workbooks import AGAIN_COUNTS, GBK, MESSY_COUNTS, messy_customers, table

ClientOf = Callable[..., Client]
See = Callable[..., None]


def test_a_file_is_uploaded_mapped_checked_and_loaded(clerk: Client, s01: Store, see: See) -> None:
    answer = upload(clerk, messy_customers())
    see(s01)
    load = IntakeLoad.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/import/{load.pk}/columns/")
    page = clerk.get(answer["Location"]).text
    assert "客户信息 手机号码" in page
    assert "１３８１２３４５６７８" in page
    see(s01)
    answer = settle(clerk, load)
    assert (answer.status_code, answer["Location"]) == (302, f"/import/{load.pk}/")
    page = clerk.get(f"/import/{load.pk}/").text
    assert "导入 5 行" in page
    assert "有 3 行不能导入" in page
    see(s01)
    load.refresh_from_db()
    assert {name: load.result["checked"][name] for name in MESSY_COUNTS} == MESSY_COUNTS
    assert not Customer.objects.exists()
    assert not Vehicle.objects.exists()
    assert not Event.objects.filter(kind__startswith="customers.").exists()
    answer = clerk.post(f"/import/{load.pk}/load/", follow=True)
    assert "导入完成：5 行已导入，3 行被拒绝" in answer.text
    see(s01)
    load.refresh_from_db()
    assert {name: load.result["loaded"][name] for name in MESSY_COUNTS} == MESSY_COUNTS
    assert Vehicle.objects.count() == 3


def test_the_same_file_again_is_all_unchanged(
    clerk: Client, s01: Store, see: See, checked: IntakeLoad
) -> None:
    clerk.post(f"/import/{checked.pk}/load/")
    upload(clerk, messy_customers())
    see(s01)
    again = IntakeLoad.objects.latest("pk")
    assert "导入过" in clerk.get(f"/import/{again.pk}/columns/").text
    see(s01)
    settle(clerk, again)
    see(s01)
    again.refresh_from_db()
    assert {name: again.result["checked"][name] for name in AGAIN_COUNTS} == AGAIN_COUNTS


def test_the_error_workbook_is_corrected_and_loaded(
    clerk: Client, s01: Store, see: See, checked: IntakeLoad
) -> None:
    answer = clerk.get(f"/import/{checked.pk}/errors/")
    assert answer.status_code == 200
    sheet = read_sheet(answer.content, "errors.xlsx")
    assert sheet.heading_texts[-1] == "问题"
    assert [str(row.cells[-1]).split("：")[0] for row in sheet.rows] == [
        "第 8 行 手机号码",
        "第 9 行 上牌日期",
        "第 10 行 客户名称",
    ]
    headings = tuple(sheet.heading_texts)
    phone, name, day = (
        headings.index(text) for text in ("客户信息 手机号码", "客户信息 姓名", "车辆信息 上牌日期")
    )
    rows = [[row.cell(index) or "" for index in range(len(headings))] for row in sheet.rows]
    rows[0][phone], rows[1][day], rows[2][name] = "13812340005", "2024-12-5", "吴九"
    upload(clerk, table(headings, *map(tuple, rows)), "客户-需要修改的行.xlsx")
    see(s01)
    corrected = IntakeLoad.objects.latest("pk")
    settle(clerk, corrected)
    clerk.post(f"/import/{corrected.pk}/load/")
    see(s01)
    corrected.refresh_from_db()
    assert (corrected.result["loaded"]["created"], corrected.result["loaded"]["rejected"]) == (3, 0)
    assert Customer.objects.filter(name="吴九").exists()


def test_a_load_without_refused_rows_has_no_error_workbook(clerk: Client, s01: Store, see: See) -> None:
    upload(clerk, GBK, "客户.csv")
    see(s01)
    load = IntakeLoad.objects.get()
    settle(clerk, load)
    assert clerk.get(f"/import/{load.pk}/errors/").status_code == 404
    assert "下载错误表" not in clerk.get(f"/import/{load.pk}/").text


def test_looking_at_a_load_never_begins_it(clerk: Client, s01: Store, checked: IntakeLoad) -> None:
    assert "hx-get" not in clerk.get(f"/import/{checked.pk}/?run=1").text.split('id="content"')[-1]
    assert clerk.get(f"/import/{checked.pk}/load/").status_code == 405


def test_a_choice_is_remembered_for_the_next_file(clerk: Client, s01: Store, see: See) -> None:
    data = table(("客户名称", "车牌", "客户联系手机说明"), ("张三", "苏E12345", "13812345678"))
    upload(clerk, data)
    see(s01)
    load = IntakeLoad.objects.get()
    assert "请确认" in clerk.get(f"/import/{load.pk}/columns/").text
    see(s01)
    settle(clerk, load, column_2="phone")
    see(s01)
    assert IntakeMapping.objects.get(heading="客户联系手机说明").column == "phone"
    load.refresh_from_db()
    assert load.mapping == {"name": 0, "plate": 1, "phone": 2}
    upload(clerk, data)
    see(s01)
    assert "请确认" not in clerk.get(f"/import/{IntakeLoad.objects.latest('pk').pk}/columns/").text


def test_a_wrong_choice_of_columns_is_told_and_nothing_lost(clerk: Client, s01: Store, see: See) -> None:
    upload(clerk, table(("客户名称", "车牌", "备注"), ("张三", "苏E12345", "好")))
    see(s01)
    load = IntakeLoad.objects.get()
    twice = settle(clerk, load, column_2="plate")
    assert (twice.status_code, "“车牌号”已经是“车牌”这一列了" in twice.text) == (422, True)
    see(s01)
    without = settle(clerk, load, column_0="")
    assert (without.status_code, "没有哪一列对应“客户名称”" in without.text) == (422, True)
    see(s01)
    load.refresh_from_db()
    assert (load.state, load.mapping) == ("mapped", {})
    assert not IntakeRow.objects.exists()


def test_another_sheet_can_be_chosen(clerk: Client, s01: Store, see: See, two_sheets: bytes) -> None:
    upload(clerk, two_sheets)
    see(s01)
    load = IntakeLoad.objects.get()
    assert load.sheet == "二月"
    page = clerk.get(f"/import/{load.pk}/columns/?sheet=一月").text
    assert "工作表“一月”" in page
    clerk.post(f"/import/{load.pk}/columns/", {"sheet": "一月", "column_0": "name"})
    see(s01)
    load.refresh_from_db()
    assert (load.sheet, load.result["checked"]["read"]) == ("一月", 1)


@pytest.fixture
def two_sheets() -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        for name, rows in (
            ("一月", [("姓名",), ("张三",)]),
            ("二月", [("姓名", "手机"), ("李四", "13812345678")]),
        ):
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "空.xlsx", "文件是空的"),
        (b"PK\x03\x04broken", "坏.xlsx", "文件已损坏"),
        (b"\x89PNG\r\n\x1a\n", "照片.png", "不是表格文件"),
        (b"<html><table></table>", "网页.xls", "网页格式的表格"),
        ("客户名称,手机号\r\n".encode(), "空表.csv", "只有表头"),
        (b"a" * (20 * 1024 * 1024 + 1), "大.csv", "超过 20 MB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_beside_its_field(
    clerk: Client, s01: Store, see: See, data: bytes, name: str, message: str
) -> None:
    answer = upload(clerk, data, name)
    assert (answer.status_code, message in answer.text) == (422, True)
    see(s01)
    assert not IntakeLoad.objects.exists()


def test_the_file_name_never_leads_out_of_the_folder(clerk: Client, s01: Store, see: See) -> None:
    upload(clerk, GBK, "..\\..\\evil/../x.sh")
    see(s01)
    load = IntakeLoad.objects.get()
    assert load.path.startswith(f"{s01.pk}/")
    assert load.path.endswith(".bin")
    assert default_storage.exists(load.path)


def test_another_store_sees_nothing_of_a_load(client_of: ClientOf, s02: Store, checked: IntakeLoad) -> None:
    other = client_of("info_clerk", s02)
    for address in ("", "columns/", "errors/"):
        assert other.get(f"/import/{checked.pk}/{address}").status_code == 404
    for verb in ("load", "undo", "stop"):
        assert other.post(f"/import/{checked.pk}/{verb}/").status_code == 404
    assert "客户.xlsx" not in other.get("/import/").text


def test_only_posts_with_the_right_of_the_kind_may_import(
    client_of: ClientOf, s01: Store, see: See, checked: IntakeLoad
) -> None:
    assert client_of("technician", s01).get("/import/").status_code == 403
    planner = client_of("parts_planner", s01)
    assert "配件目录" in planner.get("/import/").text
    assert "客户.xlsx" not in planner.get("/import/").text
    assert planner.get(f"/import/{checked.pk}/").status_code == 403
    assert planner.post(f"/import/{checked.pk}/load/").status_code == 403
    assert upload(planner, GBK).status_code == 422
    see(s01)
    assert not Vehicle.objects.exists()
    assert IntakeLoad.objects.count() == 1


def test_the_right_to_import_is_enough_to_load_and_to_take_back(
    client_of: ClientOf, s01: Store, see: See
) -> None:
    admin = client_of("it_admin", s01)
    assert admin.get("/customers/new/").status_code == 403
    upload(admin, table(("客户名称", "手机号码", "车牌号"), ("王小明", "13812345678", "苏E12345")))
    see(s01)
    load = IntakeLoad.objects.get()
    settle(admin, load)
    assert "导入 1 行" in admin.get(f"/import/{load.pk}/").text
    assert "导入完成：1 行已导入，0 行被拒绝" in admin.post(f"/import/{load.pk}/load/", follow=True).text
    see(s01)
    assert Event.objects.filter(kind__startswith="customers.").latest("pk").actor is not None
    admin.post(f"/import/{load.pk}/undo/")
    jobs.undo_on(load.pk, s01.pk)
    see(s01)
    assert not Customer.objects.filter(active=True).exists()


def test_a_template_is_filled_as_it_is_read(clerk: Client, client_of: ClientOf, s01: Store) -> None:
    answer = clerk.get("/import/template/customers/")
    assert read_sheet(answer.content, "t.xlsx").heading_texts[0] == "客户名称"
    assert clerk.get("/import/template/parts/").status_code == 404


def test_an_upload_sent_twice_is_one_load(clerk: Client, s01: Store, see: See) -> None:
    for _ in range(2):
        file = SimpleUploadedFile("a.csv", GBK)
        clerk.post("/import/", {"kind": "customers", "file": file, "idempotency_key": "once"})
    see(s01)
    assert IntakeLoad.objects.count() == 1


@pytest.mark.parametrize("address", ["/import/", "/import/{pk}/", "/import/{pk}/columns/"])
def test_screens_take_few_queries(
    clerk: Client, checked: IntakeLoad, django_assert_max_num_queries: Callable[..., Any], address: str
) -> None:
    address = address.format(pk=checked.pk)
    clerk.get(address)
    # Nine of them are the layout's.
    with django_assert_max_num_queries(20):
        assert clerk.get(address).status_code == 200


def test_who_may_not_see_peoples_data_gets_it_masked_at_every_step(
    client_of: ClientOf, s01: Store, see: See
) -> None:
    admin = client_of("it_admin", s01)
    heads = ("姓名", "手机", "身份证号", "车架号")
    upload(admin, table(heads, ("赵六", "13812340001", "320502199003071230", "LSVAA49J1320473XX")))
    see(s01)
    load = IntakeLoad.objects.get()
    pages = [admin.get(f"/import/{load.pk}/columns/").text]
    settle(admin, load)
    pages.append(admin.get(f"/import/{load.pk}/").text)
    sheet = read_sheet(admin.get(f"/import/{load.pk}/errors/").content, "errors.xlsx")
    pages.append(str([row.cells for row in sheet.rows]))
    for page in pages:
        assert "13812340001" not in page
        assert "320502199003071230" not in page
        assert "138****0001" in page
    assert "13812340001" in client_of("info_clerk", s01).get(f"/import/{load.pk}/").text
