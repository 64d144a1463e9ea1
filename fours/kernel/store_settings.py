"""Settings a manager changes per store, declared by the apps with the default the sources give (design, section 4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from fours.base.errors import NotThere, Refused

from .actor import Actor
from .events import announce
from .models import Setting, Store
from .verbs import verb

Kind = Literal["int", "decimal", "text", "bool", "time", "choice", "json"]
Plain = int | str | bool | list[Any] | dict[str, Any]
SETTING_CHANGED = "kernel.setting_changed"


@dataclass(frozen=True)
class Declared:
    """What a setting is called, what kind of value it takes and what holds while nobody changed it."""

    key: str
    label: str
    default: Plain
    kind: Kind
    group: str
    help: str
    choices: tuple[tuple[str, str], ...] = ()

    def value_of(self, plain: Any) -> Any:
        """The stored JSON value as the Python value the product works with."""
        if self.kind == "decimal":
            return Decimal(str(plain))
        return time.fromisoformat(plain) if self.kind == "time" else plain

    def shown(self, plain: Any) -> str:
        """The stored value as people read it."""
        if self.kind == "bool":
            return "是" if plain else "否"
        return dict(self.choices).get(str(plain), str(plain))


DECLARED: dict[str, Declared] = {}


def declare_setting(
    key: str,
    label: str,
    default: Plain,
    *,
    kind: Kind = "text",
    group: str = "",
    help: str = "",
    choices: Sequence[tuple[str, str]] = (),
) -> None:
    """Declare a setting once at start, in the app's `defaults.py`. Decimals and times are given as text.

    `choices` are the (code, label) pairs of a `choice`. Numbers are never negative.
    """
    if key in DECLARED:
        raise ValueError(f"two settings are called {key}")
    declared = Declared(key, label, default, kind, group or "其他", help, tuple(choices))
    declared.value_of(default)
    DECLARED[key] = declared


def setting(store: Store, key: str) -> Any:
    """The store's value, else the declared default; int, Decimal, str, bool, time or plain JSON by its kind."""
    return settings_of(store, [key])[key]


def settings_of(store: Store, keys: Iterable[str]) -> dict[str, Any]:
    """Several settings; the store's own values are read once for this store object, in one query."""
    if store.known_settings is None:
        store.known_settings = dict(Setting.objects.filter(store=store).values_list("key", "value"))
    own = store.known_settings
    return {key: DECLARED[key].value_of(own.get(key, DECLARED[key].default)) for key in keys}


def _forget(*stores: Store | None) -> None:
    for store in stores:
        if store is not None:
            store.known_settings = None


def parse(declared: Declared, text: str) -> Plain:
    """The plain value of what was typed; Refused beside the field `value` when it does not fit the kind."""
    text = text.strip()
    if declared.kind == "bool":
        return text in ("on", "true", "1", "是")
    if declared.kind == "choice":
        if text not in dict(declared.choices):
            raise Refused(f"{declared.label}：请从给出的选项中选择。", field="value")
        return text
    readers = {"int": _integer, "decimal": _decimal, "time": _time}
    if declared.kind not in readers:
        return text
    plain = readers[declared.kind](text)
    if plain is None:
        wanted = {"int": "不小于 0 的整数", "decimal": "不小于 0 的数", "time": "时间，如 17:30"}[
            declared.kind
        ]
        raise Refused(f"{declared.label}须填{wanted}。", field="value")
    return plain


def _integer(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def _decimal(text: str) -> str | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return str(number) if number.is_finite() and number >= 0 else None


def _time(text: str) -> str | None:
    try:
        return f"{time.fromisoformat(text):%H:%M}"
    except ValueError:
        return None


@verb("修改参数", "org.change_settings")
def change_setting(store: Store, *, key: str, value: str, actor: Actor) -> Setting:
    """Give the store its own value, typed as text; what hangs on it (deadlines) follows in the same transaction."""
    declared = DECLARED.get(key)
    if declared is None or declared.kind == "json":
        raise NotThere("没有这个参数。")
    plain = parse(declared, value)
    row = Setting.objects.select_for_update().filter(store=store, key=key).first()
    before = declared.default if row is None else row.value
    if row is None:
        row = Setting(store=store, key=key)
    elif before == plain:
        return row
    row.value, row.updated_by = plain, actor.user
    row.save()
    _forget(store, row.store, actor.store)
    announce(
        SETTING_CHANGED,
        row,
        actor=actor,
        sentence=f"{declared.label}：{declared.shown(before)} → {declared.shown(plain)}",
        data={"key": key, "old": before, "new": plain},
    )
    return row
