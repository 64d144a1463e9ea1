"""Which requests somebody may read: their own, and those their posts, or those they stand in for, decide."""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from fours.kernel.actor import Actor, grants_of
from fours.kernel.models import User

from .models import ApprovalRequest, ApprovalStep, Substitution


def posts_decided(actor: Actor) -> frozenset[str]:
    """The actor's posts in the store, and today those of the people they stand in for."""
    store, today = actor.must_store, timezone.localdate()
    rows = Substitution.objects.visible_to(actor.__class__.system(store)).filter(
        deputy=actor.user, active=True, starts_on__lte=today, ends_on__gte=today
    )
    away = User.objects.filter(pk__in=rows.values("person"), is_active=True)
    return actor.posts.union(*(grants_of(person).posts.get(store.pk, frozenset()) for person in away))


def requests_for(actor: Actor) -> QuerySet[ApprovalRequest]:
    """What the actor asked for, or is, was or will be asked about; managers of limits read all."""
    rows = ApprovalRequest.objects.visible_to(actor)
    if actor.can("approvals.change"):
        return rows
    steps = ApprovalStep.objects.filter(request=OuterRef("pk"), post__in=posts_decided(actor))
    return rows.filter(Q(created_by=actor.user) | Exists(steps))


def waiting_for(actor: Actor) -> QuerySet[ApprovalRequest]:
    """The requests whose present step the actor decides."""
    earlier = ApprovalStep.objects.filter(
        request=OuterRef("request"), state=ApprovalStep.State.WAITING, position__lt=OuterRef("position")
    )
    mine = ApprovalStep.objects.filter(
        ~Exists(earlier),
        request=OuterRef("pk"),
        state=ApprovalStep.State.WAITING,
        post__in=posts_decided(actor),
    )
    rows = ApprovalRequest.objects.visible_to(actor).filter(Exists(mine), state=ApprovalRequest.State.WAITING)
    return rows.exclude(created_by=actor.user)
