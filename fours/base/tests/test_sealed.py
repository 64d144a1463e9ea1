from fours.base.sealed import LOST, seal, unseal


def test_what_is_sealed_is_read_again_and_stands_nowhere() -> None:
    sealed = seal("邮箱密码-1")
    assert unseal(sealed) == "邮箱密码-1"
    assert "邮箱" not in sealed
    assert sealed != seal("邮箱密码-1")


def test_nothing_stays_nothing() -> None:
    assert (seal(""), unseal("")) == ("", "")


def test_another_key_a_changed_text_and_a_plain_one_are_lost(settings) -> None:
    sealed = seal("secret")
    assert unseal(sealed[:-2]) == LOST
    assert unseal("secret") == LOST
    settings.SECRET_KEY = "another"
    assert unseal(sealed) == LOST
