"""What customer care writes where a call does not do (SU-01, PF-12)."""

import pytest
import time_machine

from fours.customers.models import Customer
from fours.customers.verbs.customer import stop_calls
from fours.kernel.store_settings import change_setting
from fours.messages.models import Message, Provider
from fours.messages.verbs.message import post_letter
from fours.service.verbs.payment import Part, receive_payments
from fours.survey.messages import HANDLING, LETTER, UNREACHED
from fours.survey.models import FollowUpCall
from fours.survey.verbs.follow_up import record_attempt

from .care import MONDAY, billed, delivered, leave, unhappy_call

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY, tick=True):
        yield


def turn_on(person, store, occasion):
    change_setting(store, key=occasion.switch, value="on", actor=person("gm", store))


def not_to_be_called(s01, person):
    """A car delivered to somebody who does not want to be called."""
    statement = billed(s01, person)
    receive_payments(statement, parts=[Part("cash", statement.total, "")], actor=person("cashier", s01))
    Customer.objects.update(address="苏州市测试路2号")
    stop_calls(statement.order.customer, actor=person("advisor", s01))
    leave(statement.order, person)
    return FollowUpCall.objects.get()


def test_who_is_not_to_be_called_gets_a_letter_and_posting_it_ends_the_call(s01, person):
    turn_on(person, s01, LETTER)
    call = not_to_be_called(s01, person)
    assert call.state == "not_callable"
    letter = Message.objects.get()
    assert (letter.channel, letter.state, letter.source_id) == ("letter", "waiting", call.pk)
    assert letter.text.startswith("尊敬的")
    post_letter(letter, actor=person("crm_agent", s01))
    call.refresh_from_db()
    assert call.done_at is not None


def test_who_could_not_be_reached_gets_a_message(s01, person):
    turn_on(person, s01, UNREACHED)
    delivered(s01, person)
    call = record_attempt(FollowUpCall.objects.get(), result="wrong_number", actor=person("crm_agent", s01))
    assert call.state == "unreachable"
    assert Message.objects.get().template == UNREACHED.name


def test_an_unhappy_customer_is_told_to_the_group_without_the_name(s01, person):
    turn_on(person, s01, HANDLING)
    unhappy_call(s01, person)
    row = Message.objects.get()
    assert (row.channel, row.customer, row.to) == ("robot", None, "")
    assert "QH-S01" in row.text
    assert Customer.objects.get().name not in row.text
    assert Provider.objects.count() == 0


def test_a_fresh_store_writes_nothing(s01, person):
    unhappy_call(s01, person)
    assert Message.objects.count() == 0
