"""The catalogue of posts is whole and names what the demo store and permissions rely on."""

from __future__ import annotations

import re

import pytest

from fours.org.posts import load_departments, load_posts, posts_by_code

CODES_RELIED_ON = {
    "gm": 1,
    "service_manager": 9,
    "frontdesk_supervisor": 15,
    "advisor": 16,
    "receptionist": 20,
    "settlement_clerk": 21,
    "cashier": 22,
    "washer": 23,
    "foreman": 24,
    "team_leader": 25,
    "technician": 26,
    "inspector": 28,
    "tool_keeper": 35,
    "it_admin": 37,
    "parts_manager": 39,
    "parts_planner": 40,
    "parts_keeper": 42,
    "warranty_clerk": 49,
    "info_clerk": 52,
    "crm_agent": 54,
    "crm_manager": 56,
    "insurance_agent": 63,
    "renewal_agent": 64,
    "sales_manager": 72,
    "sales_consultant": 76,
}


def test_there_are_101_posts_numbered_without_gap() -> None:
    assert [post.number for post in load_posts()] == list(range(1, 102))


def test_codes_and_names_are_unique_and_codes_are_snake_case() -> None:
    posts = load_posts()
    assert len({post.code for post in posts}) == 101
    assert len({post.name for post in posts}) == 101
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", post.code) for post in posts)


@pytest.mark.parametrize(("code", "number"), CODES_RELIED_ON.items())
def test_a_post_relied_on_keeps_its_number(code: str, number: int) -> None:
    assert posts_by_code()[code].number == number


def test_each_post_has_two_to_six_short_duties_in_chinese() -> None:
    for post in load_posts():
        assert 2 <= len(post.duties) <= 6, post.name
        for duty in post.duties:
            assert re.search(r"[\u4e00-\u9fff]", duty), duty
            assert len(duty) <= 30, duty


def test_each_duty_stands_once_in_its_post() -> None:
    assert all(len(set(post.duties)) == len(post.duties) for post in load_posts())


def test_every_department_has_posts() -> None:
    assert {post.department.code for post in load_posts()} == set(load_departments())


def test_centre_store_posts_are_of_the_group_and_makers_posts_are_outside() -> None:
    levels = {post.code: post.level for post in load_posts()}
    assert levels["centre_gm"] == "group"
    assert levels["advisor"] == "store"
    assert levels["oem_field_supervisor"] == "outside"
