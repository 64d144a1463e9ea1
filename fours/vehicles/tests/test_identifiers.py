import pytest
from hypothesis import given
from hypothesis import strategies as st

from fours.vehicles.identifiers import check_plate, check_vin, vin_check_digit


@pytest.mark.parametrize(
    "vin",
    [
        "LFWADRJF011002346",
        "1HGBH41JXMN109186",
        "LZPTCAP2561500278",
        "LFV2A21K6A3123456",
        "LGXCE4CB9P0123456",
        "LRW3E7FA0NC000123",
        "LVSHFFML1JF012345",
    ],
)
def test_a_right_vin_is_taken(vin: str) -> None:
    checked = check_vin(vin)
    assert (checked.value, checked.error, checked.warning) == (vin, None, None)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("LFV2A21K5A3123456", "应为 6，现在是 5"),
        ("LGXCE4CB9P0123465", "应为 X，现在是 9"),
        ("LRW3E7FA0NC001023", "应为 1，现在是 0"),
        ("L5BGA2V58NG590409", "应为 4，现在是 8"),
        ("LRW3E7FAONC000123", "第 9 位是字母 O"),
        ("LVSHFFML1JF01234", "现在是 16 位"),
        ("LVSHFFML1JF0123456", "现在是 18 位"),
        ("LVSHFFML1JF0123车5", "第 16 位“车”"),
    ],
)
def test_a_wrong_chinese_vin_is_refused_with_the_reason(typed: str, message: str) -> None:
    checked = check_vin(typed)
    assert checked.value is None
    assert message in (checked.error or "")


def test_a_wrong_digit_abroad_is_a_warning() -> None:
    checked = check_vin("1HGBH41J0MN109186")
    assert checked.value == "1HGBH41J0MN109186"
    assert "应为 X，现在是 0" in (checked.warning or "")


def test_an_unknown_maker_is_a_warning() -> None:
    checked = check_vin("11111111111111111")
    assert checked.ok
    assert "厂家代号 111" in (checked.warning or "")


def test_a_wrong_digit_of_an_old_car_is_a_warning() -> None:
    checked = check_vin("LFV2A21K5A3123456", old_car=True)
    assert checked.value == "LFV2A21K5A3123456"
    assert checked.warning is not None


def test_an_impossible_year_letter_is_refused() -> None:
    body = "LFV2A21K0Z3123456"
    vin = body[:8] + vin_check_digit(body) + body[9:]
    checked = check_vin(vin)
    assert "第 10 位" in (checked.error or "")


def test_a_vin_is_read_as_typed() -> None:
    assert check_vin(" ｌfv2a 21k6-a3123456\t").value == "LFV2A21K6A3123456"
    assert check_vin("  ").value is None
    assert check_vin("  ").ok


@given(st.text(max_size=20))
def test_any_text_gets_an_answer(typed: str) -> None:
    for checked in (check_vin(typed), check_plate(typed)):
        assert checked.value is None or checked.error is None


@pytest.mark.parametrize(
    ("plate", "kind"),
    [
        ("京A12345", "ordinary"),
        ("沪B8888C", "ordinary"),
        ("粤B·D1234", "ordinary"),
        ("苏E12A3B", "ordinary"),
        ("川A99999", "ordinary"),
        ("鲁BAB123", "ordinary"),
        ("渝A1B2C3", "ordinary"),
        ("粤BG123挂", "trailer"),
        ("京A1234警", "police"),
        ("沪A1234领", "consulate"),
        ("粤ZA123澳", "macau"),
        ("京AD12345", "nev_small_pure"),
        ("粤BDA1234", "nev_small_pure"),
        ("沪AF01234", "nev_small_other"),
        ("浙AB12345", "nev_small_pure"),
        ("苏EK00001", "nev_small_other"),
        ("粤B12345D", "nev_large_pure"),
        ("京A00001F", "nev_large_other"),
        ("京A1234学", "training"),
        ("粤Z1234港", "hong_kong"),
        ("京X0001应急", "rescue"),
        ("使123456", "embassy"),
    ],
)
def test_a_right_plate_is_taken_with_its_kind(plate: str, kind: str) -> None:
    checked = check_plate(plate)
    assert (checked.value, checked.error, checked.warning, checked.kind) == (
        plate.replace("·", ""),
        None,
        None,
        kind,
    )


@pytest.mark.parametrize(
    ("plate", "message"),
    [
        ("京A1234", "是 6 位"),
        ("京A123456", "没有新能源字母"),
        ("京AI2345", "没有字母 I"),
        ("沪BO1234", "没有字母 O"),
        ("京AD1234O", "没有字母 O"),
        ("京AL12345", "没有字母 L"),
        ("京AM12345", "没有字母 M"),
        ("粤B1234DF", "两个字母"),
        ("粤BD12A45", "字母位置不对"),
        ("京I12345", "字母 I 不使用"),
        ("台A12345", "开头“台”"),
        ("港A12345", "开头“港”"),
        ("粤BG1234挂", "应为 4 位，现在是 5 位"),
        ("苏A1234港", "粤Z"),
        ("浙苏H6F681", "第 2 位“苏”"),
        ("宁AD1234555555", "是 13 位"),
        ("京AABCD1", "4 个字母"),
        ("使12345", "使馆号牌"),
        ("12345", "开头“1”"),
    ],
)
def test_a_wrong_plate_is_refused_with_the_reason(plate: str, message: str) -> None:
    checked = check_plate(plate)
    assert checked.value is None
    assert message in (checked.error or "")


def test_three_letters_and_the_special_office_are_asked_about() -> None:
    three = check_plate("京AABC12")
    assert three.value == "京AABC12"
    assert "3 个字母" in (three.warning or "")
    special = check_plate("京O12345")
    assert special.value == "京O12345"
    assert special.warning is not None


def test_a_plate_is_read_as_typed() -> None:
    assert check_plate(" 苏ｅ · １２３４５ ").value == "苏E12345"
    assert check_plate("苏e-12345").value == "苏E12345"
