"""Figures on the parts people's home page."""

from django.db.models import F, OuterRef, Subquery

from fours.desk.worklist import register_figure
from fours.kernel.actor import Actor

from .models import Backorder, StockBalance, StorePart

POSTS = ("parts_keeper", "parts_manager", "parts_planner")


def missing_parts(actor: Actor) -> int:
    """Lines of documents that wait for a part."""
    return Backorder.objects.visible_to(actor).filter(open=True).count()


def low_parts(actor: Actor) -> int:
    """Parts of which less is on hand than the store's minimum."""
    own = StorePart.objects.visible_to(actor).filter(store=OuterRef("store"), part=OuterRef("part"))
    rows = StockBalance.objects.visible_to(actor).annotate(minimum=Subquery(own.values("minimum_stock")[:1]))
    return rows.filter(on_hand__lt=F("minimum")).count()


register_figure(POSTS, "缺件", count=missing_parts, url="backorders", tone="red", permission="parts.view")
register_figure(
    POSTS,
    "低于最低库存",
    count=low_parts,
    url="/parts/stock/?show=low",
    tone="amber",
    permission="parts.view",
)
