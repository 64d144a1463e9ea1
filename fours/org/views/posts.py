"""The 101 posts of the trade: what each is called, what it has to do, and what it may do here (PF-02)."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from fours.base.errors import NotThere
from fours.kernel.web import ActorRequest, page, screen
from fours.org.people import holders, present_assignments
from fours.org.permission_names import PERMISSION_NAMES
from fours.org.post_permissions import PERMISSIONS_OF_POST
from fours.org.posts import PostFact, load_posts, posts_by_code


@require_GET
@screen("org.view")
def posts(request: ActorRequest) -> HttpResponse:
    """All posts by department, with who holds them in this store; `q` finds by name or duty."""
    q = request.GET.get("q", "").strip()
    store = request.actor.must_store
    names: dict[str, list[str]] = {}
    for post, name in present_assignments(store).order_by("user__name").values_list("post", "user__name"):
        names.setdefault(post, []).append(name)
    departments: dict[str, list[tuple[PostFact, list[str], int]]] = {}
    for fact in load_posts():
        if not q or q in fact.name or any(q in text for text in (*fact.variants, *fact.duties)):
            rights = len(PERMISSIONS_OF_POST.get(fact.code, ()))
            row = (fact, names.get(fact.code, []), rights)
            departments.setdefault(fact.department.name, []).append(row)
    return page(request, "org/posts.html", {"departments": departments, "q": q})


@require_GET
@screen("org.view")
def post(request: ActorRequest, code: str) -> HttpResponse:
    """One post: duties, rights, holders."""
    fact = posts_by_code().get(code)
    if fact is None:
        raise NotThere("没有这个岗位。")
    granted = PERMISSIONS_OF_POST.get(code, frozenset())
    rights = [name for permission, name in PERMISSION_NAMES.items() if permission in granted]
    context = {"post": fact, "rights": rights, "holders": holders(request.actor.must_store, code)}
    return page(request, "org/post.html", context)
