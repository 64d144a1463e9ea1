"""A wrong value of the environment stops the program at its start, with one line that names the variable (README)."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from fours.config.words import database, env_bool, env_count, env_hosts, env_level, env_origins

NAME = "FOURS_ANYTHING"


@pytest.mark.parametrize("text", ["", "maybe", "ja"])
def test_a_switch_knows_true_and_false_only(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        env_bool(NAME, True)
    monkeypatch.setenv(NAME, "No")
    assert env_bool(NAME, True) is False


@pytest.mark.parametrize("text", ["", "many", "0", "-5", "1.5", "１００"])
def test_a_count_is_a_whole_number_from_1(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        env_count(NAME, 60_000)
    monkeypatch.delenv(NAME)
    assert env_count(NAME, 60_000) == 60_000


def test_a_level_is_a_known_one_in_any_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "info")
    assert env_level(NAME, "WARNING") == "INFO"
    monkeypatch.setenv(NAME, "LOUD")
    with pytest.raises(ImproperlyConfigured, match="FOURS_ANYTHING='LOUD': use one of DEBUG, INFO"):
        env_level(NAME, "WARNING")


def test_hosts_may_have_blanks_between_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "dms.example.cn, 192.168.1.5 ,[::1],::1,.example.cn,*")
    assert env_hosts(NAME, "") == ["dms.example.cn", "192.168.1.5", "[::1]", "::1", ".example.cn", "*"]
    monkeypatch.setenv(NAME, "")
    assert env_hosts(NAME, "localhost,127.0.0.1") == ["localhost", "127.0.0.1"]


@pytest.mark.parametrize("text", ["https://dms.example.cn", "dms.example.cn:8443", "dms.example.cn/fours"])
def test_a_host_is_no_address_of_a_page(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, f"localhost,{text}")
    with pytest.raises(ImproperlyConfigured, match=f"{NAME}='{text}'"):
        env_hosts(NAME, "")


@pytest.mark.parametrize(
    "text", ["dms.example.cn", "ftp://dms.example.cn", "https://", "https://dms.example.cn/a"]
)
def test_an_origin_has_scheme_and_host(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(NAME, text)
    with pytest.raises(ImproperlyConfigured, match=NAME):
        env_origins(NAME)
    monkeypatch.setenv(NAME, "https://dms.example.cn/, https://dms.example.cn:8443")
    assert env_origins(NAME) == ["https://dms.example.cn", "https://dms.example.cn:8443"]


@pytest.mark.parametrize(
    "url",
    [
        "mysql://somewhere/fours",
        "db.example.cn/fours",
        "postgresql://fours_app:sec#ret@db/fours",
        "postgresql://fours_app:sec/ret@db/fours",
        "postgresql://fours_app:secret@db:port/fours",
        "postgresql://fours_app:secret@[db/fours",
        "postgresql://fours_app:secret@db",
    ],
)
def test_a_wrong_database_address_is_refused_without_telling_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as refused:
        database("DATABASE_URL", url)
    assert "sec" not in str(refused.value)


def test_what_is_written_with_percent_signs_in_a_database_address_is_read() -> None:
    found = database("DATABASE_URL", "postgresql://fours_app:p%2Fw%40@db.example.cn:5433/fours")
    assert found["PASSWORD"] == "p/w@"
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.cn", "5433", "fours")
