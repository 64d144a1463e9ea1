"""A store with everybody a repair needs and plenty of the one part, committed."""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from fours.kernel.actor import Actor, open_scope
from fours.kernel.business_date import today
from fours.kernel.models import Store, User
from fours.org.founding import found_store
from fours.org.models import StoreFacts
from fours.org.setup import NEEDED_POSTS
from fours.org.verbs.bays import set_up_bays
from fours.org.verbs.setup_people import NewPerson, add_people
from fours.parts.models import Bin, Part
from fours.parts.verbs.receive import Arrival, open_stock
from fours.service.models import LaborRate


def furnished(code: str = "S08") -> Store:
    """Founded and set up as its administrator would."""
    store = found_store(
        code=code, name="苏州北店", username="laozhang", person="张工", password="laozhang-2026"
    )
    with transaction.atomic():
        open_scope([store.pk])
        StoreFacts.objects.create(
            store=store, legal_name="苏州北汽车销售服务有限公司", address="测试路 1 号", phone="0512-66000001",
            complaint_phone="0512-66000009", credit_code="91320594MA1M00001H",
        )  # fmt: skip
        admin = Actor.of(User.objects.get(), store)
        people = [NewPerson(row, post, f"员工{post}", f"w.{post}") for row, post in enumerate(NEEDED_POSTS)]
        add_people(store, people, actor=admin)
        set_up_bays(store, counts={"mechanical": 2, "wash": 1}, actor=admin)
        since = today() - timedelta(days=1)
        LaborRate.objects.create(store=store, work_kind="mechanical", price="200.00", valid_from=since)
        part = Part.objects.create(
            group=store.group, number="4GD698151", name="前制动片", retail_price=Decimal("600.00")
        )
        shelf = Bin.objects.create(store=store, code="A-01")
        open_stock(
            store, lines=[Arrival(part, Decimal(5000), Decimal(300), shelf)], actor=Actor.system(store)
        )
    return store
