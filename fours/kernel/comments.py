"""Remarks colleagues leave on a document; never changed, seen by everybody who may see it (PF-13)."""

from django.urls import reverse

from fours.base.errors import NotAllowed, Refused

from .actor import Actor
from .events import kind_of
from .models import Comment, StoreScoped
from .verbs import verb

LONGEST = 1000


@verb("备注", None)
def add_comment(aggregate: StoreScoped, *, text: str, actor: Actor) -> Comment:
    """Leave a remark on a document the actor may see."""
    actor.require(aggregate.view_permission, aggregate.store_id)
    if actor.user is None:
        raise NotAllowed("备注须由本人留下。")
    text = text.strip()
    if not text:
        raise Refused("请写下备注内容。", field="text")
    if len(text) > LONGEST:
        raise Refused(f"备注最多 {LONGEST} 个字。", field="text")
    return Comment.objects.create(
        store_id=aggregate.store_id,
        aggregate_kind=kind_of(aggregate),
        aggregate_id=aggregate.pk,
        text=text,
        author=actor.user,
    )


def comments_of(aggregate: StoreScoped, actor: Actor) -> list[Comment]:
    """The remarks on a document, newest first."""
    rows = Comment.objects.visible_to(actor).filter(
        aggregate_kind=kind_of(aggregate), aggregate_id=aggregate.pk
    )
    return list(rows.select_related("author").order_by("-pk"))


def comment_address(aggregate: StoreScoped) -> str:
    """Where the comments panel posts."""
    return reverse("comment", args=[kind_of(aggregate), aggregate.pk])
