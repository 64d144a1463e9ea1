"""What an app declares of its master data, and what it may say otherwise by overriding a method."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, TypeVar, cast

from django import forms
from django.db import models
from django.db.models import Q
from django.urls import reverse

from fours.base.field_text import is_figure, text_of, value_of
from fours.base.personal import Personal, kind_of_field
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.menu import Item, menu_item, menu_section
from fours.kernel.models import Scope, User
from fours.kernel.models.scope import ScopedManager
from fours.kernel.pickers import PickerSelect
from fours.kernel.verbs import keep

from .forms import RegisterFilters, RegisterForm, filters_of, form_of

# What `keep` itself counts up and stamps, and what never changes.
KEPT_BY_DATABASE = {"id", "version", "updated_at", "created_at"}
MASTER_DATA = "基础资料"
menu_section(MASTER_DATA, "database", 90)

Rows = models.QuerySet[Any]


class Register:
    """The screens of one model. Names of fields are checked when the program starts.

    `view` is the permission to read, `change` to create, edit, deactivate (None: nobody, the rows come from elsewhere).
    `columns` are fields, or methods marked with `@column`. `pickers` names the picker of a reference with many rows.
    Rows are deactivated, never deleted; a model without the field `active` keeps its rows.
    """

    name: ClassVar[str]
    model: ClassVar[type[models.Model]]
    view: ClassVar[str | None]
    change: ClassVar[str | None] = None
    columns: ClassVar[Sequence[str]]
    filters: ClassVar[Sequence[str]] = ()
    search: ClassVar[Sequence[str]] = ()
    form: ClassVar[Sequence[tuple[str, Sequence[str]]]] = ()
    pickers: ClassVar[Mapping[str, str]] = {}
    ordering: ClassVar[Sequence[str]] = ()
    form_base: ClassVar[type[RegisterForm]] = RegisterForm
    section: ClassVar[str] = MASTER_DATA
    icon: ClassVar[str] = "list-details"
    order: ClassVar[int] = 50

    label: str = ""

    def __init__(self) -> None:
        self.label = self.label or str(self.model._meta.verbose_name)

    @property
    def can_rest(self) -> bool:
        """Whether rows are deactivated and taken up again."""
        return any(field.name == "active" for field in self.model._meta.fields)

    @cached_property
    def form_class(self) -> type[RegisterForm]:
        return form_of(self)

    @cached_property
    def filter_class(self) -> type[RegisterFilters]:
        return filters_of(self)

    # ---- what an app overrides where its rows differ ----

    def rows(self, actor: Actor) -> Rows:
        """The rows the actor may see, with what the columns need already joined."""
        joined = [name for name in self.columns if name in self.references]
        return visible(self.model, actor).select_related(*joined)

    def matching(self, rows: Rows, text: str, actor: Actor) -> Rows:
        """The rows in which one of the `search` fields contains the text. Large tables look up search keys instead."""
        wanted = Q()
        for name in self.search:
            wanted |= Q((f"{name}__icontains", text))
        return rows.filter(wanted)

    def choices(self, name: str, actor: Actor) -> Rows:
        """The rows a reference field may name: those in use that the actor may see."""
        model = self.references[name]
        if model is User:
            # People of all stores are one table; a register with its own rule overrides this.
            return User.objects.filter(home_store=actor.store, is_active=True)
        rows = visible(model, actor)
        return rows.filter(active=True) if any(f.name == "active" for f in model._meta.fields) else rows

    def widgets(self) -> dict[str, type[forms.Widget] | forms.Widget]:
        return {name: PickerSelect(picker) for name, picker in self.pickers.items()}

    def prepare(self, row: Any, actor: Actor) -> None:
        """Complete the row before it is saved, or refuse (`Refused(message, field=…)`) what no constraint says."""

    def save(self, form: RegisterForm, actor: Actor) -> Any:
        """Keep what the valid form says and write its history. A model with verbs of its own calls them here."""
        row = form.instance
        self.prepare(row, actor)
        if row.pk is None:
            row.save()
            self.tell(row, "created", f"新建{self.label} {row}", actor)
        elif changes := form.changes():
            keep(
                row,
                *(field.name for field in row._meta.concrete_fields if field.name not in KEPT_BY_DATABASE),
            )
            open_changes = {name: pair for name, pair in changes.items() if not self.is_personal(name)}
            labels = "、".join(str(form.fields[name].label) for name in changes)
            self.tell(row, "changed", f"修改{self.label} {row}：{labels}", actor, {"changes": open_changes})
        return row

    def rest(self, row: Any, active: bool, actor: Actor) -> None:
        """Deactivate the row or take it up again."""
        row.active = active
        keep(row, "active")
        kind, word = ("reactivated", "启用") if active else ("deactivated", "停用")
        self.tell(row, kind, f"{word}{self.label} {row}", actor)

    def address(self, row: Any) -> str:
        """The page of a row: the register's own, or the app's hand-written one."""
        return reverse(f"{self.name}_row", args=[row.pk])

    # ---- what the screens ask ----

    @cached_property
    def references(self) -> dict[str, type[models.Model]]:
        fields = [field for field in self.model._meta.fields if field.is_relation]
        return {field.name: cast("type[models.Model]", field.related_model) for field in fields}

    def entry(self, actor: Actor) -> tuple[str, str] | None:
        """What begins a new row, its words and address; None where the actor may not, or rows come from elsewhere."""
        return ("新建", reverse(f"{self.name}_new")) if self.form and self.may_change(actor) else None

    def may_change(self, actor: Actor) -> bool:
        return self.change is not None and actor.can(self.change)

    def heading(self, name: str) -> str:
        if method := self._method(name):
            return cast(str, method.column_label)
        return str(getattr(self.model._meta.get_field(name), "verbose_name", name))

    def sorts(self, name: str) -> bool:
        return self._method(name) is None and not self.is_personal(name)

    def is_personal(self, name: str) -> bool:
        """Whether the column is marked as personal data: nobody sorts by it, and its history names it only."""
        return self._method(name) is None and kind_of_field(self.model._meta.get_field(name)) is not None

    def is_figure(self, name: str) -> bool:
        return self._method(name) is None and is_figure(self.model, name)

    def text(self, row: Any, name: str) -> str:
        method = self._method(name)
        if method is None:
            return text_of(row, name)
        value = method(row)
        return value if isinstance(value, Personal) else str(value)

    def value(self, row: Any, name: str) -> Any:
        method = self._method(name)
        return method(row) if method else value_of(row, name)

    def tell(
        self, row: Any, what: str, sentence: str, actor: Actor, data: Mapping[str, object] | None = None
    ) -> None:
        announce(f"{row._meta.label_lower}_{what}", row, actor=actor, sentence=sentence, data=data)

    def _method(self, name: str) -> Any:
        found = getattr(self, name, None)
        return found if hasattr(found, "column_label") else None


F = TypeVar("F", bound=Callable[..., object])


def column(label: str) -> Callable[[F], F]:
    """Mark a register's method `(self, row)` as a column with this heading; it is shown and exported, not sorted."""

    def mark(method: F) -> F:
        method.column_label = label  # type: ignore[attr-defined]
        return method

    return mark


REGISTERS: dict[str, Register] = {}
R = TypeVar("R", bound=Register)


def register(declared: type[R]) -> type[R]:
    """Give the declared register its addresses (`<name>`, `<name>_new`, `<name>_row`, …) and its menu entry."""
    made = declared()
    if made.name in REGISTERS:
        raise ValueError(f"two registers are called {made.name}")
    REGISTERS[made.name] = made
    menu_item(made.section, Item(made.label, made.name, made.icon, made.view, made.order))
    return declared


def visible(model: type[models.Model], actor: Actor) -> Rows:
    """Wall one for any model; what belongs to the installation is seen by all who may open the register."""
    if cast(Any, model).scope == Scope.INSTALLATION:
        return model._default_manager.all()
    return cast(ScopedManager[Any], model._default_manager).visible_to(actor)
