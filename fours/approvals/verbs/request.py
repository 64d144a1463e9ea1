"""Asking, agreeing, refusing: an approval request from beginning to end (PF-06)."""

from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from fours.approvals.matters import MATTERS, Matter
from fours.approvals.models import ApprovalRequest, ApprovalRule, ApprovalStep
from fours.approvals.substitutes import asked_person, may_decide
from fours.base.errors import NotAllowed, Refused
from fours.base.text import clean
from fours.kernel.actor import Actor, grants_of
from fours.kernel.deadlines import due_of
from fours.kernel.events import announce, kind_of
from fours.kernel.models import Store, StoreScoped
from fours.kernel.numbers import next_number
from fours.kernel.tasks import cancel_tasks, close_tasks, make_task
from fours.kernel.verbs import keep, must_be, take, verb

State = ApprovalRequest.State
DECIDE, ANSWERED = "approvals.decide", "approvals.answered"


@verb("申请审批", None)
def request_approval(
    store: Store,
    *,
    matter: str,
    target: StoreScoped,
    amount: Decimal,
    reason: str,
    actor: Actor,
    bound: str = "",
    url: str = "",
) -> ApprovalRequest:
    """Ask to go as far as `amount` once, on this document; the first approver gets a task."""
    declared = MATTERS.get(matter)
    if declared is None:
        raise Refused("没有这个审批事项。")
    actor.require(target.view_permission, target.store_id)
    reason = _text(reason, "请写明申请原因。")
    if not Decimal(0) < amount < Decimal("1e12"):
        raise Refused("申请额度须大于零。", field="amount")
    twin = ApprovalRequest.objects.filter(
        store=store, matter=matter, target_kind=kind_of(target), target_id=target.pk, bound=bound[:200],
        state=State.WAITING, amount=amount,
    ).first()  # fmt: skip
    if twin is not None:
        raise Refused(f"已有同样的申请在等待审批（{twin.number}）。")
    request = ApprovalRequest.objects.create(
        store=store, number=next_number(store, "SP"), created_by=actor.user, matter=matter,
        target_kind=kind_of(target), target_id=target.pk, target_title=_named(target)[:100], target_url=url[:200],
        amount=amount, bound=bound[:200], reason=reason,
    )  # fmt: skip
    posts = _posts(store, declared, amount)
    ApprovalStep.objects.bulk_create(
        ApprovalStep(store=store, request=request, position=place, post=post)
        for place, post in enumerate(posts, 1)
    )
    announce(
        "approvals.requested",
        request,
        actor=actor,
        sentence=f"申请{declared.label} {declared.text(amount)}：{reason}",
        data={"matter": matter, "amount": str(amount)},
    )
    _ask_next(request)
    return request


@verb("同意", None, states=["waiting"])
def approve_request(
    request: ApprovalRequest, *, actor: Actor, note: str = "", version: int | None = None
) -> ApprovalRequest:
    """Agree in the name of the step's post; after the last step the asker may go on."""
    request, step = _step(request, actor, version)
    _decide(step, ApprovalStep.State.APPROVED, note, actor)
    announce(
        "approvals.step_approved",
        request,
        actor=actor,
        sentence=f"同意{f':{step.note}' if step.note else ''}",
    )
    close_tasks(request, actor=actor, rule=DECIDE)
    if request.steps.filter(state=ApprovalStep.State.WAITING).exists():
        keep(request)
        _ask_next(request)
        return request
    return _answer(request, State.APPROVED, actor)


@verb("不同意", None, states=["waiting"])
def refuse_request(
    request: ApprovalRequest, *, reason: str, actor: Actor, version: int | None = None
) -> ApprovalRequest:
    """Refuse, with the reason the asker reads."""
    request, step = _step(request, actor, version)
    reason = _text(reason, "请写明不同意的原因。")
    _decide(step, ApprovalStep.State.REFUSED, reason, actor)
    announce("approvals.step_refused", request, actor=actor, sentence=f"不同意：{reason}")
    close_tasks(request, actor=actor, rule=DECIDE)
    return _answer(request, State.REFUSED, actor)


@verb("撤回申请", None, states=["waiting"], confirm="撤回后审批人不再看到这张申请。", plain=True)
def withdraw_request(
    request: ApprovalRequest, *, actor: Actor, version: int | None = None
) -> ApprovalRequest:
    """The asker does not need it any more."""
    request = take(request, version=version)
    must_be(request, State.WAITING, doing="撤回")
    _check_is_askers(request, actor)
    request.state, request.answered_at = State.WITHDRAWN, timezone.now()
    keep(request, "state", "answered_at")
    cancel_tasks(request, actor=actor)
    announce("approvals.request_withdrawn", request, actor=actor, sentence="撤回申请")
    return request


@verb("知道了", None, states=["approved", "refused"], plain=True)
def note_answer(request: ApprovalRequest, *, actor: Actor, version: int | None = None) -> ApprovalRequest:
    """The asker has read the answer; it leaves the worklist."""
    request = take(request, version=version)
    _check_is_askers(request, actor)
    if close_tasks(request, actor=actor, rule=ANSWERED):
        announce("approvals.answer_read", request, actor=actor, sentence="已知悉答复")
    return request


def _named(target: StoreScoped) -> str:
    """The document as who decides knows it: the car before the number, which a draft has not."""
    car = getattr(getattr(target, "order", target), "vehicle", None)
    return f"{car} {target}" if car else str(target)


def _posts(store: Store, matter: Matter, amount: Decimal) -> list[str]:
    """Who has to agree: the store's own steps of the matter, else the shipped ones, as far as the amount asks for them."""
    own = ApprovalRule.objects.filter(store=store, matter=matter.name, active=True).order_by("position")
    rules = list(own.values_list("post", "from_amount")) or list(matter.approvers)
    return [post for post, start in rules if amount >= start] or [rules[0][0]]


def _ask_next(request: ApprovalRequest) -> None:
    step = request.steps.filter(state=ApprovalStep.State.WAITING).first()
    assert step is not None
    matter, now = MATTERS[request.matter], timezone.now()
    make_task(
        request.store,
        rule=DECIDE,
        source=request,
        title=f"审批：{matter.label} {matter.text(request.amount)}",
        subject=f"{request.target_title} {request.bound}".strip(),
        due_at=due_of(request.store, DECIDE, now).at,
        counted_from=now,
        post=step.post,
        person=asked_person(request.store, step.post),
        url=reverse("approval", args=[request.pk]),
        occurrence=str(step.position),
    )


def _answer(request: ApprovalRequest, state: str, actor: Actor) -> ApprovalRequest:
    matter, now = MATTERS[request.matter], timezone.now()
    request.state, request.answered_at = state, now
    keep(request, "state", "answered_at")
    kind = "approvals.approved" if state == State.APPROVED else "approvals.refused"
    announce(kind, request, actor=actor, sentence=f"审批结果：{request.get_state_display()}")
    word = "已批准，请继续办理" if state == State.APPROVED else "未批准"
    make_task(
        request.store,
        rule=ANSWERED,
        source=request,
        title=f"{matter.label} {matter.text(request.amount)} {word}",
        subject=request.target_title,
        due_at=due_of(request.store, ANSWERED, now).at,
        counted_from=now,
        post=min(_posts_of_asker(request), default=""),
        person=request.created_by,
        url=reverse("approval", args=[request.pk]),
    )
    return request


def _posts_of_asker(request: ApprovalRequest) -> frozenset[str]:
    asker = request.created_by
    return grants_of(asker).posts.get(request.store_id, frozenset()) if asker else frozenset()


def _step(
    request: ApprovalRequest, actor: Actor, version: int | None
) -> tuple[ApprovalRequest, ApprovalStep]:
    """The locked request and the step it waits for, if it is the actor's to decide and not their own request."""
    request = take(request, version=version)
    must_be(request, State.WAITING, doing="审批")
    step = request.steps.filter(state=ApprovalStep.State.WAITING).first()
    assert step is not None
    if not may_decide(actor, request.store, step.post):
        raise NotAllowed("这一步不由您的岗位审批。")
    if actor.user is not None and request.created_by_id == actor.user.pk:
        raise NotAllowed("不能审批自己的申请，请由同岗位的同事、代理人或上级办理。")
    return request, step


def _decide(step: ApprovalStep, state: str, note: str, actor: Actor) -> None:
    step.state, step.note = state, clean(note)[:200]
    step.decided_by, step.decided_at = actor.user, timezone.now()
    step.save(update_fields=["state", "note", "decided_by", "decided_at"])


def _check_is_askers(request: ApprovalRequest, actor: Actor) -> None:
    if actor.user is None or request.created_by_id != actor.user.pk:
        raise NotAllowed("这张申请不是您提交的。")


def _text(text: str, missing: str) -> str:
    text = clean(text)
    if not text:
        raise Refused(missing, field="reason")
    if len(text) > 200:
        raise Refused("最多 200 个字。", field="reason")
    return text
