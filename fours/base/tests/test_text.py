import pytest
from hypothesis import given
from hypothesis import strategies as st

from fours.base.text import clean, half_width, initials, mask_phone, pinyin, squeeze, suffixes


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  张　三 ", "张 三"),
        ("苏Ｅ１２３４５", "苏E12345"),
        ("异响，需检查（右前）", "异响，需检查（右前）"),
        ("a\t\r\n b\u00a0\u3000c", "a b c"),
        ("\ufeff王\u200b\x00五\u202e", "王五"),
        ("", ""),
    ],
)
def test_text_is_cleaned(typed: str, stored: str) -> None:
    assert clean(typed) == stored


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing(typed: str) -> None:
    assert clean(clean(typed)) == clean(typed)


def test_codes_are_half_width_and_without_spaces() -> None:
    assert half_width("２０２４．３．５　（１）") == "2024.3.5 (1)"
    assert squeeze(" 06J 115－403 Q ") == "06J115-403Q"


@pytest.mark.parametrize(
    ("name", "person", "reading", "letters"),
    [
        ("王小明", True, "wangxiaoming", "wxm"),
        ("单雄信", True, "shanxiongxin", "sxx"),
        ("尉迟恭", True, "yuchigong", "ycg"),
        ("解码器", False, "jiemaqi", "jmq"),
        ("长安CS75", False, "changancs75", "cacs75"),
        ("Ａ６Ｌ 机油滤清器", False, "a6ljiyoulvqingqi", "a6ljylqq"),
        ("", True, "", ""),
    ],
)
def test_pinyin_and_initials(name: str, person: bool, reading: str, letters: str) -> None:
    assert pinyin(name, person=person) == reading
    assert initials(name, person=person) == letters


def test_suffixes_are_the_endings_people_type() -> None:
    assert suffixes("苏E12345", 3) == ["苏E12345", "E12345", "12345", "2345", "345"]
    assert suffixes("张三", 1) == ["张三", "三"]
    assert suffixes("ab", 3) == ["ab"]
    assert suffixes("", 3) == []


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("0512-65123456", "0512-****3456"),
        ("12345", "****45"),
        ("", ""),
    ],
)
def test_a_phone_is_masked(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked
