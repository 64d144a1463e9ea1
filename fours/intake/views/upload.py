"""First step of an import: the file, an empty workbook to fill, and the loads so far."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from fours.base.errors import NotThere
from fours.base.excel import excel_answer
from fours.intake.kinds import IntakeKind
from fours.intake.verbs.staging import MAX_UPLOAD, SUFFIXES, receive_file
from fours.kernel.actor import Actor
from fours.kernel.forms import TablerForm
from fours.kernel.models import IntakeLoad
from fours.kernel.web import ActorRequest, attempt, done, page, screen

from .shared import STEPS, kinds_for


class UploadForm(TablerForm, forms.Form):
    """The first step: what the file holds, and the file."""

    kind = forms.ChoiceField(label="导入什么")
    file = forms.FileField(
        label="文件",
        help_text="xlsx、xls、ods 或 csv，最大 20 MB。标题行、合并的表头、合计行不用删。",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
        error_messages={"required": "请选择文件。", "empty": "文件是空的：没有任何内容。"},
    )

    def __init__(self, *args: Any, kinds: list[IntakeKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.name, kind.label) for kind in kinds]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        # Before it is read into memory.
        if upload.size > MAX_UPLOAD:
            raise forms.ValidationError("文件超过 20 MB，请分成几个文件。")
        return upload


@screen(None)
def intakes(request: ActorRequest) -> HttpResponse:
    """The loads so far, newest first; a post takes a new file."""
    kinds = kinds_for(request.actor)
    form = UploadForm(kinds=kinds, initial={"kind": request.GET.get("kind", kinds[0].name)})
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, kinds=kinds)
        if load := attempt(form, lambda: _receive(form, request.actor)):
            return done(request, "", reverse("intake_columns", args=[load.pk]))
    loads = IntakeLoad.objects.visible_to(request.actor).filter(kind__in=[kind.name for kind in kinds])
    shown = Paginator(loads.select_related("created_by").order_by("-pk"), 20)
    context: dict[str, object] = {
        "form": form,
        "kinds": kinds,
        "labels": {kind.name: kind.label for kind in kinds},
        "page": shown.get_page(request.GET.get("page")),
        "steps": STEPS,
    }
    return page(request, "intake/list.html", context, form)


def _receive(form: UploadForm, actor: Actor) -> IntakeLoad:
    upload = form.cleaned_data["file"]
    name = PurePath(upload.name.replace("\\", "/")).name.replace("\0", "")
    kind = form.cleaned_data["kind"]
    return receive_file(actor.must_store, kind=kind, data=upload.read(), file_name=name, actor=actor)


@require_GET
@screen(None)
def intake_template(request: ActorRequest, kind: str) -> HttpResponse:
    """An empty workbook with the columns of a kind and one row that shows how they are filled."""
    chosen = next((one for one in kinds_for(request.actor) if one.name == kind), None)
    if chosen is None:
        raise NotThere("没有这种导入。")
    headings = [column.label for column in chosen.columns]
    return excel_answer(f"{chosen.label}导入模板", headings, [[column.sample for column in chosen.columns]])
