"""What a package consists of, on its page."""

from fours.kernel.panels import Panel, panel
from fours.kernel.web import ActorRequest
from fours.service.models import Package, PackageLine


def package_lines(request: ActorRequest, package: Package) -> dict[str, object]:
    lines = PackageLine.objects.visible_to(request.actor).filter(package=package).order_by("pk")
    return {
        "lines": lines.select_related("operation", "part"),
        "may_change": request.actor.can("service.change_catalogue"),
    }


panel(Package, Panel("lines", "套餐明细", 10, "service/package_lines.html", package_lines))
