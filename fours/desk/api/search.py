"""`GET /api/v1/search?q=`: anything by its beginning, as the search box finds it (PF-05)."""

from ninja import Query, Router, Schema
from pydantic import Field

from fours.desk.api_tools import ApiRequest, act_in, reader
from fours.desk.search import Hit, search

router = Router()


class HitOut(Schema):
    kind: str
    id: int
    title: str
    subtitle: str
    url: str


class Hits(Schema):
    items: list[HitOut]


class Wanted(Schema):
    q: str = Field("", max_length=200)
    limit: int = Field(20, ge=1, le=50)
    store: str = Field("", max_length=8)


@router.get("", response=Hits, url_name="search")
def find(request: ApiRequest, wanted: Query[Wanted]) -> dict[str, list[Hit]]:
    """What the caller may see and whose keys begin with `q`, store by store, best first."""
    actor = reader(request, wanted.store)
    stores = [actor.store] if actor.store else request.stores
    # A thing a group shares is found in each of its stores.
    found: dict[tuple[str, int], Hit] = {}
    for store in stores:
        for hit in search(act_in(request, store), wanted.q, wanted.limit):
            found.setdefault((hit.kind, hit.id), hit)
    return {"items": list(found.values())[: wanted.limit]}
