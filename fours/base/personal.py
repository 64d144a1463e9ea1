"""Personal data (PF-13, PIPL): marked on the model's field, and masked wherever it is written out for people.

What is read from a marked field is still a `str` or a `date`, so rules compare and copy it as ever; it also knows how it is
masked. Putting it into a longer text loses the mark: write it through `shown` (fours.kernel.personal) before.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from django.db import models

from .text import mask_phone

Kind: TypeAlias = Literal["phone", "identity", "address", "email", "day", "text"]

HIDDEN = "****"


class Personal(str):
    """A text about a person, as read from a marked field."""

    kind: Kind = "text"

    def __new__(cls, text: str, kind: Kind = "text") -> "Personal":
        made = super().__new__(cls, text)
        made.kind = kind
        return made

    @property
    def masked(self) -> str:
        """138****5678, 3205**********1234, 苏州市吴中区****, z****@qq.com; nothing stays nothing."""
        return mask(self, self.kind)


class PersonalDay(date):
    """A day about a person, such as a birthday."""

    masked = "****-**-**"


def mask(text: str, kind: Kind) -> str:
    """The text without what tells the person: enough stays to be recognised by who knows it."""
    plain = str(text)
    if not plain:
        return ""
    if kind == "phone":
        return mask_phone(plain)
    if kind == "identity":
        return f"{plain[:4]}{'*' * (len(plain) - 8)}{plain[-4:]}" if len(plain) > 8 else HIDDEN
    if kind == "address":
        return plain[:6] + HIDDEN if len(plain) > 10 else HIDDEN
    if kind == "email":
        name, at, domain = plain.rpartition("@")
        return f"{name[:1]}{HIDDEN}{at}{domain}"
    return PersonalDay.masked if kind == "day" else HIDDEN


if TYPE_CHECKING:
    CharField = models.CharField[str | int, str]
    DateField = models.DateField[date | str | None, date | None]
else:
    CharField = models.CharField
    DateField = models.DateField


class PersonalText(CharField):
    """A text column that holds personal data of the given kind; in the database a plain text."""

    def __init__(self, *args: Any, personal: Kind, **options: Any) -> None:
        super().__init__(*args, **options)
        self.personal: Kind = personal

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return Personal(value, self.personal) if value else value

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options

    def clone(self) -> "PersonalText":
        _name, _, args, options = super().deconstruct()
        return type(self)(*args, personal=self.personal, **options)


class PersonalDate(DateField):
    """A date column about a person; in the database a plain date."""

    personal: Kind = "day"

    def from_db_value(self, value: date | None, expression: object, connection: object) -> date | None:
        return PersonalDay(value.year, value.month, value.day) if value else value

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.DateField", args, options

    def clone(self) -> "PersonalDate":
        _name, _, args, options = super().deconstruct()
        return type(self)(*args, **options)


class PersonName(CharField):
    """A text column that holds somebody's name: shown to all who see the row, blanked when the person is erased."""

    of_person = True

    def deconstruct(self) -> Any:
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options


def fields_of_person(model: type[models.Model]) -> list[Any]:
    """The fields that are blanked when the person is erased: marked ones, and names."""
    return [
        field
        for field in model._meta.concrete_fields
        if kind_of_field(field) or getattr(field, "of_person", False)
    ]


def kind_of_field(field: object) -> Kind | None:
    """How a model's field is masked; None when it holds nothing personal."""
    return getattr(field, "personal", None)


def marked_fields(model: type[models.Model]) -> list[Any]:
    """The fields of a model that are marked as personal."""
    return [field for field in model._meta.concrete_fields if kind_of_field(field)]


def mask_view(view: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    """A paper's view with every text masked that its shape marks as `Annotated[str, Masked(kind)]`."""
    hints = get_type_hints(shape, include_extras=True)
    return {name: _masked(value, hints.get(name)) for name, value in view.items()}


class Masked:
    """Marks a text of a paper's shape as personal data."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind


def _masked(value: Any, hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        mark = next((each for each in get_args(hint)[1:] if isinstance(each, Masked)), None)
        return mask(value, mark.kind) if mark else value
    if isinstance(value, Mapping) and hasattr(hint, "__annotations__"):
        return mask_view(value, hint)
    if isinstance(value, list) and get_origin(hint) is list:
        return [_masked(each, get_args(hint)[0]) for each in value]
    return value
