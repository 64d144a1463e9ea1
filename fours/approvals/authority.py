"""How far somebody may go alone, and whether an approval lets them go further (PF-02, PF-06)."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce, kind_of
from fours.kernel.models import Store, StoreScoped
from fours.kernel.store_settings import setting
from fours.kernel.tasks import close_tasks
from fours.kernel.verbs import keep

from .matters import MATTERS, UNLIMITED, Matter
from .models import ApprovalRequest, AuthorityLimit

NOTHING = Decimal("0.00")
# Amounts and choices are brought back; a reason is not, the address would grow too long.
LONGEST_TYPED = 24


class NeedsApproval(Refused):
    """Beyond the actor's authority. `way_on` leads to the form that asks for approval, or to the request under way."""

    code = "needs_approval"

    def __init__(self, message: str, *, field: str, way_on: tuple[str, str]) -> None:
        super().__init__(message, field=field)
        self.way_on: tuple[str, str] = way_on

    def remember(self, typed: Mapping[str, str]) -> None:
        """Take what was typed along to the request, so that the answer leads back to a form filled in."""
        label, address = self.way_on
        short = {name: text for name, text in typed.items() if text and len(text) <= LONGEST_TYPED}
        if address.startswith(reverse("approval_new")) and short:
            self.way_on = (label, f"{address}&{urlencode({'typed': urlencode(short)})}")


def limit_of(actor: Actor, matter: Matter, store: Store) -> Decimal:
    """The most the actor may do in the matter by themselves: the largest limit of their posts in the store."""
    if actor.is_system:
        return UNLIMITED
    posts = actor.grants.posts.get(store.pk, frozenset())
    own = dict(
        AuthorityLimit.objects.filter(store=store, matter=matter.name, active=True, post__in=posts)
        .values_list("post", "amount")
    )  # fmt: skip
    return max((own.get(post, matter.limits.get(post, NOTHING)) for post in posts), default=NOTHING)


def check_authority(
    name: str,
    target: StoreScoped,
    amount: Decimal,
    *,
    actor: Actor,
    said: str,
    field: str = "",
    bound: str = "",
) -> None:
    """Raise NeedsApproval unless the amount is within the actor's limit or an approval covers it, which is then used up.

    Called by a verb in its own transaction: when the verb is refused later, the approval stays unused. `said` is the
    refusal's first half ("折扣 15%"); `bound` names the part of the document that the approval is for.
    """
    matter, store = MATTERS[name], target.store
    limit = limit_of(actor, matter, store)
    if amount <= limit:
        return
    about = _about(matter, target, bound)
    approved = about.filter(
        state=ApprovalRequest.State.APPROVED, amount__gte=amount, answered_at__gte=_since(store)
    )
    if (request := approved.select_for_update().order_by("pk").first()) is not None:
        _use(request, actor)
        return
    waiting = about.filter(state=ApprovalRequest.State.WAITING, amount__gte=amount).first()
    if waiting is not None:
        way_on = ("查看审批单", reverse("approval", args=[waiting.pk]))
        raise NeedsApproval(f"{said}，正在等待审批（{waiting.number}）。", field=field, way_on=way_on)
    asked = {"matter": name, "kind": kind_of(target), "pk": target.pk, "amount": amount, "bound": bound}
    raise NeedsApproval(
        f"{said}，超过您的权限（{matter.text(limit)}），须审批。",
        field=field,
        way_on=("申请审批", f"{reverse('approval_new')}?{urlencode(asked)}"),
    )


def _about(matter: Matter, target: StoreScoped, bound: str) -> models.QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.filter(
        store_id=target.store_id,
        matter=matter.name,
        target_kind=kind_of(target),
        target_id=target.pk,
        bound=bound[:200],
    )


def _since(store: Store) -> object:
    return timezone.now() - timedelta(days=int(setting(store, "approvals.valid_days")))


def _use(request: ApprovalRequest, actor: Actor) -> None:
    request.state, request.used_at = ApprovalRequest.State.USED, timezone.now()
    keep(request, "state", "used_at")
    close_tasks(request, actor=actor)
    announce("approvals.request_used", request, actor=actor, sentence=f"按审批 {request.number} 办理")
