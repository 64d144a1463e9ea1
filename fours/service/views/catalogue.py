"""The lines of a package, changed from its page."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from fours.kernel.web import ActorRequest, attempt, done, find, page, screen
from fours.service.forms.catalogue import PackageLineForm
from fours.service.models import Package, PackageLine
from fours.service.verbs.package import add_package_line, remove_package_line

CHANGE = "service.change_catalogue"


@screen(CHANGE)
def package_line_new(request: ActorRequest, pk: int) -> HttpResponse:
    """Add an operation or a part to the package."""
    package = find(Package, pk, request.actor)
    back = reverse("packages_row", args=[pk])
    form = PackageLineForm(request.POST if request.method == "POST" else None, actor=request.actor)
    if request.method == "POST":
        added = attempt(
            form,
            lambda: add_package_line(
                request.actor.must_store, package=package, actor=request.actor, **form.cleaned_data
            ),
        )
        if added:
            return done(request, "已加入套餐", back)
    context = {"title": f"{package}：加入明细", "form": form, "cancel_url": back, "submit_label": "加入"}
    return page(request, "kernel/form_page.html", context, form)


@require_POST
@screen(CHANGE)
def package_line_remove(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a line out of its package."""
    line = find(PackageLine, pk, request.actor, "package", "operation", "part")
    package_id = line.package_id
    remove_package_line(request.actor.must_store, line=line, actor=request.actor)
    return done(request, "已移出套餐", reverse("packages_row", args=[package_id]))
