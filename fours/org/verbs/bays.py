"""The workshop's work places, made by their number when a store is set up (PF-15)."""

from collections.abc import Mapping

from fours.base.errors import Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import verb
from fours.org.models import Bay

# The letter a bay's code begins with, as most workshops paint them on the floor.
LETTERS: Mapping[str, str] = {"mechanical": "J", "quick": "K", "body": "B", "paint": "P", "wash": "X"}
MOST = 99


@verb("填写工位数", "org.change_settings")
def set_up_bays(store: Store, *, counts: Mapping[str, int], actor: Actor) -> list[Bay]:
    """See to it that there are so many bays in use of each kind, J01, J02 …; more are made, none is taken away."""
    made = []
    for kind, wanted in counts.items():
        if kind not in Bay.Kind.values or not 0 <= wanted <= MOST:
            raise Refused(f"每类工位 0 至 {MOST} 个。", field=kind)
        there = Bay.objects.filter(store=store, kind=kind, active=True).count()
        made += [Bay(store=store, kind=kind, code=code) for code in _free_codes(store, kind, wanted - there)]
    if not made:
        raise Refused("各类工位已有这么多，没有新增；停用工位请在工位表中办理。")
    Bay.objects.bulk_create(made)
    codes = "、".join(bay.code for bay in made)
    announce("org.bays_set_up", store, actor=actor, sentence=f"新增工位 {len(made)} 个：{codes}"[:400])
    return made


def _free_codes(store: Store, kind: str, number: int) -> list[str]:
    taken = set(Bay.objects.filter(store=store).values_list("code", flat=True))
    names = (f"{LETTERS[kind]}{n:02d}" for n in range(1, 10 * MOST))
    return [code for code in names if code not in taken][: max(0, number)]
