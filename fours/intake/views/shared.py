"""What the screens of an import share: whose kinds they are, finding a load, what of it may be seen."""

from fours.base.errors import NotAllowed
from fours.base.personal import mask
from fours.intake.columns import Column
from fours.intake.kinds import IntakeKind, intake_kinds
from fours.intake.verbs.staging import kind_named
from fours.kernel.actor import Actor
from fours.kernel.models import IntakeLoad
from fours.kernel.web import ActorRequest, find

STEPS = ["选择文件", "对应列", "核对", "导入"]


def kinds_for(actor: Actor) -> list[IntakeKind]:
    """The kinds of import the actor may do; NotAllowed when there is none."""
    kinds = [kind for kind in intake_kinds() if actor.can(kind.permission)]
    if not kinds:
        raise NotAllowed("您的岗位没有此项权限。如需办理，请联系主管。")
    return kinds


def find_load(request: ActorRequest, pk: int) -> tuple[IntakeLoad, IntakeKind]:
    load = find(IntakeLoad, pk, request.actor, "store", "created_by")
    kind = kind_named(load.kind)
    request.actor.require(kind.permission, load.store_id)
    return load, kind


def masked(text: object, column: Column) -> str:
    return mask(str(text), column.personal) if column.personal else str(text)
