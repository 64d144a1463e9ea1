"""Limits, steps and deputies keep what every register promises."""

from fours.kernel.models import Store, User
from fours.org.models import Assignment
from fours.register.tests.promises import RegisterPromises


class TestLimits(RegisterPromises):
    register = "authority_limits"
    post = "gm"
    exporter = "gm"
    values = {"matter": "service.discount", "post": "advisor", "amount": "15"}
    change = {"amount": "12"}


class TestRules(RegisterPromises):
    register = "approval_rules"
    post = "gm"
    exporter = "gm"
    values = {"matter": "service.refund", "position": "1", "post": "gm", "from_amount": "0"}
    change = {"from_amount": "500"}


class TestSubstitutions(RegisterPromises):
    register = "substitutions"
    values = {"starts_on": "2026-03-02", "ends_on": "2026-03-09", "reason": "年假"}
    change = {"ends_on": "2026-03-10"}

    def prepare(self, store: Store) -> None:
        for name in ("away", "deputy"):
            user, _ = User.objects.get_or_create(username=f"{name}-{store.code}", defaults={"name": name})
            Assignment.objects.get_or_create(user=user, store=store, post="advisor", starts_on="2020-01-01")

    def typed(self, store: Store) -> dict[str, str]:
        people = {
            field: str(User.objects.get(username=f"{name}-{store.code}").pk)
            for field, name in (("person", "away"), ("deputy", "deputy"))
        }
        return {**self.values, **people}
