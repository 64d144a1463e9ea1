"""Invented people and companies pass the checks and can never be somebody's phone."""

from __future__ import annotations

import random
import re
from datetime import date

from fours.customers.identifiers import check_credit_code, check_phone
from fours.demo.people import (
    UNASSIGNED_MOBILE_PREFIXES,
    PeopleGenerator,
    credit_code_check,
    organisation_check,
    surname_of,
)

TODAY = date(2026, 11, 22)


def test_check_characters_of_published_examples() -> None:
    assert organisation_check("D2143569") == "X"
    assert organisation_check("M000100Y") == "4"
    assert credit_code_check("91350100M000100Y4") == "3"


def test_a_thousand_people_have_valid_and_different_phones() -> None:
    generator = PeopleGenerator(random.Random(7))
    people = [generator.person(TODAY) for _ in range(1000)]
    assert len({person.phone for person in people}) == 1000
    for person in people:
        assert check_phone(person.phone).error is None
        assert person.phone.startswith(UNASSIGNED_MOBILE_PREFIXES)


def test_names_are_two_to_four_chinese_characters_and_varied() -> None:
    generator = PeopleGenerator(random.Random(8))
    names = [generator.person(TODAY).name for _ in range(1000)]
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,4}", name) for name in names)
    assert len(set(names)) > 800


def test_people_are_adults_with_an_address_in_suzhou() -> None:
    generator = PeopleGenerator(random.Random(9))
    for _ in range(200):
        person = generator.person(TODAY)
        assert 19 <= (TODAY - person.birthday).days // 366 <= 72
        assert person.address.text.startswith("江苏省苏州市")
        assert person.address.district_code.startswith("3205")


def test_names_fit_the_generation_and_gender() -> None:
    generator = PeopleGenerator(random.Random(10))
    old = {generator.name("male", 1955)[-1] for _ in range(300)}
    young = {generator.name("female", 2001)[-1] for _ in range(300)}
    assert {"国", "根"} <= old
    assert "涵" in young
    assert "根" not in young


def test_people_are_addressed_by_surname() -> None:
    assert surname_of("欧阳静") == "欧阳"
    assert surname_of("王静怡") == "王"
    person = PeopleGenerator(random.Random(1)).person(TODAY, gender="female")
    assert person.salutation == f"{surname_of(person.name)}女士"


def test_companies_have_valid_and_different_credit_codes_and_names() -> None:
    generator = PeopleGenerator(random.Random(11))
    companies = [generator.company(TODAY) for _ in range(300)]
    assert len({company.credit_code for company in companies}) == 300
    assert len({company.name for company in companies}) == 300
    for company in companies:
        assert check_credit_code(company.credit_code).error is None, company.credit_code
        organisation = company.credit_code[8:16]
        assert company.credit_code[16] == organisation_check(organisation)
        assert re.fullmatch("苏州.+有限公司", company.name)


def test_the_same_seed_makes_the_same_people() -> None:
    first, second, other = (PeopleGenerator(random.Random(seed)) for seed in (42, 42, 43))
    made = [[generator.person(TODAY) for _ in range(20)] for generator in (first, second, other)]
    assert made[0] == made[1]
    assert made[0] != made[2]
