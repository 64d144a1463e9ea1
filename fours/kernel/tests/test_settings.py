"""Settings: declared defaults, a store's own value, who changed it (design, section 4)."""

from datetime import time
from decimal import Decimal

import pytest

from conftest import PersonOf
from fours.base.errors import NotAllowed, NotThere, Refused
from fours.kernel import store_settings
from fours.kernel.models import Event, Setting, Store
from fours.kernel.store_settings import change_setting, declare_setting, setting, settings_of


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_settings, "DECLARED", dict(store_settings.DECLARED))
    declare_setting("test.days", "回访天数", 3, kind="int", group="测试")
    declare_setting("test.limit", "万元以上", "10000.00", kind="decimal", group="测试")
    declare_setting("test.at", "几点", "17:30", kind="time", group="测试")
    declare_setting("test.on", "启用", True, kind="bool", group="测试")
    declare_setting("test.mode", "方式", "a", kind="choice", group="测试", choices=[("a", "甲"), ("b", "乙")])


def test_without_a_row_the_default_holds_in_its_own_type(s01: Store) -> None:
    keys = ["test.days", "test.limit", "test.at", "test.on", "test.mode"]
    assert list(settings_of(s01, keys).values()) == [3, Decimal("10000.00"), time(17, 30), True, "a"]


def test_a_manager_changes_it_for_the_own_store_and_the_history_says_so(
    s01: Store, s02: Store, person: PersonOf
) -> None:
    manager = person("service_manager", s01)
    row = change_setting(s01, key="test.limit", value="8000", actor=manager)
    assert setting(s01, "test.limit") == Decimal("8000")
    assert setting(s02, "test.limit") == Decimal("10000.00")
    assert row.updated_by == manager.user
    assert Event.objects.get(kind="kernel.setting_changed").sentence == "万元以上：10000.00 → 8000"


def test_the_same_value_again_is_no_change(s01: Store, person: PersonOf) -> None:
    for _ in range(2):
        change_setting(s01, key="test.days", value="5", actor=person("service_manager", s01))
    assert Event.objects.filter(kind="kernel.setting_changed").count() == 1


@pytest.mark.parametrize(
    ("key", "typed", "said"),
    [
        ("test.days", "-1", "整数"),
        ("test.days", "三", "整数"),
        ("test.limit", "NaN", "数"),
        ("test.at", "25:00", "时间"),
        ("test.mode", "c", "选项"),
    ],
)
def test_what_does_not_fit_is_refused_beside_the_field(
    s01: Store, person: PersonOf, key: str, typed: str, said: str
) -> None:
    with pytest.raises(Refused) as refusal:
        change_setting(s01, key=key, value=typed, actor=person("service_manager", s01))
    assert said in refusal.value.fields["value"]
    assert not Setting.objects.exists()


def test_others_may_not_change_it_and_other_stores_are_not_there(
    s01: Store, s02: Store, person: PersonOf
) -> None:
    with pytest.raises(NotAllowed):
        change_setting(s01, key="test.days", value="5", actor=person("advisor", s01))
    with pytest.raises(NotThere):
        change_setting(s02, key="test.days", value="5", actor=person("service_manager", s01))
    assert not Setting.objects.exists()
