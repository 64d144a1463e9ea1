"""The templates keep the promises of every register."""

from collections.abc import Callable

from django.test import Client

from fours.kernel.models import Store
from fours.register.tests.promises import RegisterPromises

ClientOf = Callable[..., Client]


class TestTemplates(RegisterPromises):
    register = "message_templates"
    post = "crm_manager"
    stranger = "washer"
    values = {
        "code": "spring-2027", "name": "春季保养", "channel": "sms", "purpose": "marketing",
        "text": "{客户}您好，春季保养开始了。",
    }  # fmt: skip
    change = {"name": "春季关怀"}

    def test_a_placeholder_nobody_knows_stands_beside_the_text(self, s01: Store, client_of: ClientOf) -> None:
        typed = {**self.values, "text": "{客戶}您好"}
        answer = client_of(self.post, s01).post("/r/message_templates/new/", typed)
        assert answer.status_code == 422
        assert "客戶" in answer.text
