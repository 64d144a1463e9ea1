"""开业设置: the road from an empty store to its first car (PF-15)."""

from typing import Any

from django import forms
from django.db.models import Count
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from fours.base.errors import Refused
from fours.kernel.forms import TablerForm
from fours.kernel.web import ActorRequest, attempt, done, page, screen
from fours.org.models import Bay
from fours.org.people import present_assignments
from fours.org.post_permissions import PERMISSIONS_OF_POST
from fours.org.posts import load_posts, post_names
from fours.org.setup import NEEDED_POSTS, road
from fours.org.verbs.bays import MOST, set_up_bays
from fours.org.verbs.people import ADMINISTRATION
from fours.org.verbs.setup_people import NewPerson, add_people

SETTINGS = "org.change_settings"
# Posts that are mostly held by several people get so many lines.
LINES = {"advisor": 3, "technician": 4, "team_leader": 2, "crm_agent": 2}


@require_GET
@screen(SETTINGS)
def setup(request: ActorRequest) -> HttpResponse:
    """Every step with its mark, what is there of it, and where it is done."""
    steps = road(request.actor)
    needed = [shown for shown in steps if not shown.step.optional]
    finished = sum(shown.found.done for shown in needed)
    context = {"steps": steps, "finished": finished, "needed": len(needed)}
    return page(request, "org/setup.html", context)


class PersonLine(forms.Form):
    """One post of the list with the person who is to hold it; a line without a name is left out."""

    post = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(label="姓名", max_length=40, required=False)
    username = forms.CharField(label="用户名", max_length=40, required=False)
    phone = forms.CharField(label="手机", max_length=20, required=False)

    def clean_post(self) -> str:
        post: str = self.cleaned_data["post"]
        if post not in PERMISSIONS_OF_POST:
            raise forms.ValidationError("请选择岗位。")
        return post

    @property
    def post_name(self) -> str:
        return post_names().get(str(self["post"].value()), "")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("username") or given.get("phone")) and not given.get("name"):
            self.add_error("name", "请填写姓名。")
        return given


PeopleList = formset_factory(PersonLine, extra=0, max_num=200, absolute_max=200)


@screen(ADMINISTRATION)
def setup_people(request: ActorRequest) -> HttpResponse:
    """Names beside posts become accounts; their first passwords are shown once, to be handed over."""
    store = request.actor.must_store
    lines = PeopleList(request.POST or None, initial=_blank_lines(request), prefix="p")
    refused = ""
    if request.method == "POST" and lines.is_valid():
        people = [
            NewPerson(number, **form.cleaned_data)
            for number, form in enumerate(lines.forms)
            if form.cleaned_data.get("name")
        ]
        try:
            accounts = add_people(store, people, actor=request.actor)
            names = [(account, post_names()[account.post]) for account in accounts]
            return render(request, "org/setup_accounts.html", {"accounts": names})
        except Refused as refusal:
            refused = refusal.message
            for place, text in refusal.fields.items():
                row, _, name = place.partition("-")
                lines.forms[int(row)].add_error(name if name in PersonLine.base_fields else None, text)
    wrong = bool(refused) or (request.method == "POST" and not lines.is_valid())
    held = _held(request)
    rows = [(form, held.get(str(form["post"].value()), 0)) for form in lines.forms]
    context = {"lines": lines, "rows": rows, "refused": refused}
    return render(request, "org/setup_people.html", context, status=422 if wrong else 200)


def _held(request: ActorRequest) -> dict[str, int]:
    """How many people hold each post now."""
    rows = present_assignments(request.actor.must_store).values_list("post").annotate(n=Count("user"))
    return dict(rows)


def _blank_lines(request: ActorRequest) -> list[dict[str, str]]:
    """The posts the program has work for, those a repair needs first."""
    codes = [*NEEDED_POSTS, *(fact.code for fact in load_posts() if fact.code in PERMISSIONS_OF_POST)]
    return [{"post": code} for code in dict.fromkeys(codes) for _ in range(LINES.get(code, 1))]


class BaysForm(TablerForm, forms.Form):
    """How many bays there are to be of each kind."""

    mechanical = forms.IntegerField(label="机电工位", min_value=0, max_value=MOST)
    quick = forms.IntegerField(label="快修工位", min_value=0, max_value=MOST)
    body = forms.IntegerField(label="钣金工位", min_value=0, max_value=MOST)
    paint = forms.IntegerField(label="喷漆工位", min_value=0, max_value=MOST)
    wash = forms.IntegerField(label="洗车工位", min_value=0, max_value=MOST)


@screen(SETTINGS)
def setup_bays(request: ActorRequest) -> HttpResponse:
    """The number of bays by kind; codes are given by the program."""
    store = request.actor.must_store
    there = dict(Bay.objects.filter(store=store, active=True).values_list("kind").annotate(n=Count("pk")))
    form = BaysForm(request.POST or None, initial={kind.value: there.get(kind.value, 0) for kind in Bay.Kind})
    if request.method == "POST":
        made = attempt(form, lambda: set_up_bays(store, counts=form.cleaned_data, actor=request.actor))
        if made is not None:
            return done(request, f"已新增 {len(made)} 个工位", reverse("setup"))
    context: dict[str, object] = {
        "title": "填写工位数",
        "crumbs": [("开业设置", reverse("setup"))],
        "form": form,
        "cancel_url": reverse("setup"),
        "intro": "填每类工位的总数；编号自动生成（机电 J01、快修 K01、钣金 B01、喷漆 P01、洗车 X01）。",
    }
    return page(request, "kernel/form_page.html", context, form)
