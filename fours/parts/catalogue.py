"""Rules of the parts catalogue that no column says, and finding a part by whatever somebody types (PT-01)."""

from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL

from fours.base.errors import Refused
from fours.base.text import clean, squeeze
from fours.kernel.actor import Actor
from fours.kernel.models import Group

from .models import Part
from .models.part import bare

# A number or name that begins with the text, another word that does, anything it stands in.
RANK = """
case when starts_with(parts_part.search_text, %s) then 1 when strpos(parts_part.search_text, %s) > 0 then 3 else 6 end
"""
PRICES = ("retail_price", "warranty_price", "internal_price", "floor_price")


def check_part(part: Part) -> None:
    """Refuse a part without number or name, a negative price, a floor above retail, a circle of superseded parts."""
    if not bare(part.number) or not part.name.strip():
        raise Refused("配件编码和名称都要填写。", field="name" if bare(part.number) else "number")
    for name in PRICES:
        price = getattr(part, name)
        if price is not None and price < 0:
            raise Refused("价格不能为负。", field=name)
    if part.floor_price is not None and part.floor_price > part.retail_price:
        raise Refused("最低售价不能高于零售价。", field="floor_price")
    if part.package_size <= 0:
        raise Refused("包装数必须大于 0。", field="package_size")
    later = part.superseded_by
    while later is not None:
        if later.pk == part.pk:
            raise Refused("替代件又被本配件替代，成了循环。", field="superseded_by")
        later = later.superseded_by


def part_by_number(group: Group, number: str) -> Part | None:
    """The part of that number, hyphens, dots and spaces apart."""
    rows = Part.objects.filter(group=group)
    exact = rows.filter(number=squeeze(number).upper()).first()
    return exact or rows.filter(search_text__startswith=f"{bare(number)}|").order_by("pk").first()


def parts_matching(rows: QuerySet[Part], typed: str) -> QuerySet[Part]:
    """The rows in whose numbers, name, pinyin or initials the text occurs; numbers that begin with it first."""
    wanted = bare(clean(typed))
    if not wanted:
        return rows.none() if clean(typed) else rows
    rank = RawSQL(RANK, [wanted, f"|{wanted}"], output_field=IntegerField())  # noqa: S611 - the text goes as a value
    return rows.filter(search_text__contains=wanted).annotate(rank=rank).order_by("rank", "number")


def visible_parts(actor: Actor) -> QuerySet[Part]:
    """The catalogue of the actor's group."""
    return Part.objects.visible_to(actor)
