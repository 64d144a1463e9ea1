import pytest
from hypothesis import given
from hypothesis import strategies as st

from fours.customers.identifiers import check_credit_code, check_email, check_phone, check_resident_id


@pytest.mark.parametrize(
    ("typed", "stored", "kind"),
    [
        ("13812345678", "13812345678", "mobile"),
        ("+86 138-1234-5678", "13812345678", "mobile"),
        ("0086 138.1234.5678", "13812345678", "mobile"),
        ("013812345678", "13812345678", "mobile"),
        ("１３８１２３４５６７８\t", "13812345678", "mobile"),
        ("19912345678", "19912345678", "mobile"),
        ("010-12345678", "010-12345678", "landline"),
        ("020-9999999", "020-9999999", "landline"),
        ("051265123456", "0512-65123456", "landline"),
        ("（0512）65123456", "0512-65123456", "landline"),
        ("+86 512 65123456", "0512-65123456", "landline"),
        ("07557654321", "0755-7654321", "landline"),
        ("010-12345678-1234", "010-12345678-1234", "landline"),
        ("0512-65123456转801", "0512-65123456-801", "landline"),
        ("0512－65123456 转分机 801", "0512-65123456-801", "landline"),
        ("400-860-8608", "4008608608", "service"),
        ("800 8608608", "8008608608", "service"),
    ],
)
def test_a_phone_is_read_as_typed(typed: str, stored: str, kind: str) -> None:
    checked = check_phone(typed)
    assert (checked.value, checked.error, checked.kind) == (stored, None, kind)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("1381234567", "现在是 10 位"),
        ("138123456789", "现在是 12 位"),
        ("12812345678", "第 2 位应为 3 到 9，现在是 2"),
        ("010-889931081", "区号加 7 或 8 位"),
        ("89076543", "缺少区号"),
        ("13812345678/13912345678", "只填一个电话"),
        ("一三八", "不是数字"),
        ("5812345678", "不是手机号"),
        ("1381234567O", "不是数字"),
    ],
)
def test_a_wrong_phone_is_refused_with_the_reason(typed: str, message: str) -> None:
    checked = check_phone(typed)
    assert checked.value is None
    assert message in (checked.error or "")


def test_no_phone_is_no_error() -> None:
    assert check_phone(" ").ok
    assert check_phone(" ").value is None


@given(st.text(alphabet="0123456789-+ 转()", max_size=20))
def test_the_stored_form_is_read_again_as_itself(typed: str) -> None:
    stored = check_phone(typed).value
    assert stored is None or check_phone(stored).value == stored


def test_resident_ids() -> None:
    assert check_resident_id(" 11010519491231002x ").value == "11010519491231002X"
    assert check_resident_id("").ok


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("110105194912310021", "末位应为 X，现在是 1"),
        ("110105491231002", "现在是 15 位"),
        ("11010519491231A02X", "前 17 位应为数字"),
        ("110105194913310021", "出生日期不存在"),
    ],
)
def test_a_wrong_resident_id_is_refused_with_the_reason(typed: str, message: str) -> None:
    error = check_resident_id(typed).error
    assert message in (error or "")


def test_credit_codes() -> None:
    assert check_credit_code(" 9111 0000-600037341l").value == "91110000600037341L"
    assert check_credit_code("").ok


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("91110000600037341M", "末位应为 L，现在是 M"),
        ("9111000060003734", "现在是 16 位"),
        ("9111000060003734OL", "第 17 位“O”"),
        ("A1110000600037341L", "前 8 位应为数字"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_the_reason(typed: str, message: str) -> None:
    error = check_credit_code(typed).error
    assert message in (error or "")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" zhang.jg@QQ.com ", "zhang.jg@qq.com"),
        ("Zhang＠１６３．ｃｏｍ", "Zhang@163.com"),
        ("mailto:a+b@vip.sina.com.cn", "a+b@vip.sina.com.cn"),
        ("", None),
    ],
)
def test_e_mail_addresses(typed: str, stored: str | None) -> None:
    checked = check_email(typed)
    assert (checked.value, checked.error) == (stored, None)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("zhang", "name@example.com"),
        ("zhang@", "name@example.com"),
        ("张@qq", "name@example.com"),
        ("a@qq.com\nb@qq.com", "name@example.com"),
        ("a@qq.com;b@qq.com", "一格只填一个邮箱"),
        ("<script>@qq.com", "name@example.com"),
    ],
)
def test_a_wrong_e_mail_address_is_refused(typed: str, message: str) -> None:
    assert message in (check_email(typed).error or "")
