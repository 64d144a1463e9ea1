"""What a package consists of: the group's menu services (SV-05)."""

from decimal import Decimal

from fours.base.errors import NotThere, Refused
from fours.kernel.actor import Actor
from fours.kernel.events import announce
from fours.kernel.models import Store
from fours.kernel.verbs import verb
from fours.parts.models import Part
from fours.service.models import LaborOperation, Package, PackageLine


@verb("加入明细", "service.change_catalogue")
def add_package_line(
    store: Store,
    *,
    package: Package,
    operation: LaborOperation | None = None,
    part: Part | None = None,
    quantity: Decimal = Decimal(1),
    actor: Actor,
) -> PackageLine:
    """Put an operation or a part, one of the two, into a package of the store's group."""
    check_same_group(store, package)
    if (operation is None) == (part is None):
        raise Refused("请选择一个维修项目或一个配件。", field="operation")
    if quantity <= 0:
        raise Refused("数量应大于 0。", field="quantity")
    line = PackageLine.objects.create(
        group_id=package.group_id, package=package, operation=operation, part=part, quantity=quantity
    )
    tell(package, f"{package} 加入 {operation or part} × {quantity.normalize():f}", actor)
    return line


@verb("移出明细", "service.change_catalogue")
def remove_package_line(store: Store, *, line: PackageLine, actor: Actor) -> None:
    """Take a line out of a package; orders made from it keep what they have."""
    check_same_group(store, line.package)
    tell(line.package, f"{line.package} 移出 {line.operation or line.part}", actor)
    line.delete()


def check_same_group(store: Store, package: Package) -> None:
    if package.group_id != store.group_id:
        raise NotThere()


def tell(package: Package, sentence: str, actor: Actor) -> None:
    announce("service.package_changed", package, actor=actor, sentence=sentence)
