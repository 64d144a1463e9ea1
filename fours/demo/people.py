"""Invented people and companies of the Suzhou area for the demo stores.

Nobody here is real: phones use prefixes no operator has given out, streets and estates are made up inside
real districts, company names are put together by chance.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from fours.demo.facts import rows

UNASSIGNED_MOBILE_PREFIXES = ("154", "161", "163", "164", "168", "169")
CREDIT_CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
LETTER_AND_DIGIT_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COMPANY_FIRST = "恒嘉鼎瑞博腾卓盛凯锦华宏"
COMPANY_SECOND = "远达信诚源泰宇捷隆科润丰"
COMPANY_TRADES = (
    "精密机械",
    "电子科技",
    "纺织品",
    "物流",
    "建筑装饰",
    "商贸",
    "餐饮管理",
    "汽车租赁",
    "新材料",
    "环保设备",
    "医疗器械",
    "信息技术",
)


@dataclass(frozen=True)
class Address:
    """A postal address; `text` is the whole line as written on an envelope."""

    district_code: str
    district: str
    street: str

    @property
    def text(self) -> str:
        """Province, city, district and street in one line."""
        return f"江苏省苏州市{self.district}{self.street}"


@dataclass(frozen=True)
class Person:
    """An invented person; gender is male or female."""

    name: str
    gender: str
    phone: str
    birthday: date
    address: Address

    @property
    def salutation(self) -> str:
        """How the person is spoken to on the phone: 王先生, 欧阳女士."""
        return f"{surname_of(self.name)}{'先生' if self.gender == 'male' else '女士'}"


@dataclass(frozen=True)
class Company:
    """An invented company with the person who brings its cars (送修人)."""

    name: str
    credit_code: str
    address: Address
    contact: Person


@dataclass(frozen=True)
class _NameStyle:
    """Given names of one gender and generation: whole names, and characters to compose others from."""

    gender: str
    years: range
    names: tuple[str, ...]
    first: str
    second: str


@dataclass(frozen=True)
class _District:
    name: str
    code: str
    weight: int
    roads: tuple[str, ...]
    communities: tuple[str, ...]


def surname_of(name: str) -> str:
    """The surname of a full name; two characters for compound ones such as 欧阳."""
    compound = {surname for surname, _ in _surnames() if len(surname) == 2}
    return name[:2] if name[:2] in compound else name[:1]


def organisation_check(code: str) -> str:
    """The check character of an eight-character organisation code (GB 11714)."""
    total = sum(
        LETTER_AND_DIGIT_VALUES.index(char) * weight
        for char, weight in zip(code, ORGANISATION_WEIGHTS, strict=True)
    )
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def credit_code_check(code: str) -> str:
    """The last character of a unified social credit code (GB 32100), from the first seventeen."""
    total = sum(
        CREDIT_CODE_CHARACTERS.index(char) * weight
        for char, weight in zip(code, CREDIT_CODE_WEIGHTS, strict=True)
    )
    return CREDIT_CODE_CHARACTERS[-total % 31]


class PeopleGenerator:
    """Makes people and companies that never share a phone, credit code or company name.

    The same random state makes the same ones.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._phones: set[str] = set()
        self._credit_codes: set[str] = set()
        self._company_names: set[str] = set()

    def person(self, today: date, *, gender: str | None = None) -> Person:
        """An adult of 20 to 72 years at `today`."""
        gender = gender or self._rng.choices(("male", "female"), (68, 32))[0]
        age_days = round(365.25 * self._rng.triangular(20, 72, 38))
        birthday = today - timedelta(days=age_days)
        return Person(
            name=self.name(gender, birthday.year),
            gender=gender,
            phone=self.phone(),
            birthday=birthday,
            address=self.address(),
        )

    def company(self, today: date) -> Company:
        """A limited company with a contact person, who has the company's address."""
        contact = self.person(today)
        return Company(
            name=self._company_name(),
            credit_code=self._credit_code(contact.address.district_code),
            address=contact.address,
            contact=contact,
        )

    def name(self, gender: str, birth_year: int) -> str:
        """A full name as people of that gender and year of birth have it."""
        surnames = _surnames()
        surname = self._rng.choices([word for word, _ in surnames], [weight for _, weight in surnames])[0]
        style = next(
            one
            for one in _name_styles()
            if one.gender == gender and min(max(birth_year, 1950), 2006) in one.years
        )
        if self._rng.random() < 0.45:
            return surname + self._rng.choice(style.names)
        return surname + self._rng.choice(style.first) + self._rng.choice(style.second)

    def phone(self) -> str:
        """An eleven-digit mobile number with a prefix no operator has given out, never the same twice."""
        while True:
            prefix = self._rng.choice(UNASSIGNED_MOBILE_PREFIXES)
            phone = f"{prefix}{self._rng.randrange(10**8):08d}"
            if phone not in self._phones:
                self._phones.add(phone)
                return phone

    def address(self) -> Address:
        """A flat in a made-up estate, on a made-up road, in a real district."""
        districts = _districts()
        district = self._rng.choices(districts, [one.weight for one in districts])[0]
        road = self._rng.choice(district.roads)
        estate = self._rng.choice(district.communities)
        floor, door = self._rng.randint(1, 18), self._rng.randint(1, 4)
        street = f"{road}{self._rng.randint(1, 680)}号{estate}{self._rng.randint(1, 36)}幢{floor}{door:02d}室"
        return Address(district_code=district.code, district=district.name, street=street)

    def _company_name(self) -> str:
        for length in range(3, 9):
            stem = "".join(
                self._rng.choice(COMPANY_SECOND if place % 2 else COMPANY_FIRST) for place in range(length)
            )
            name = f"苏州{stem}{self._rng.choice(COMPANY_TRADES)}有限公司"
            if name not in self._company_names:
                self._company_names.add(name)
                return name
        raise ValueError("no company names left")

    def _credit_code(self, district_code: str) -> str:
        while True:
            organisation = "MA" + "".join(self._rng.choice(CREDIT_CODE_CHARACTERS) for _ in range(6))
            stem = f"91{district_code}{organisation}{organisation_check(organisation)}"
            code = stem + credit_code_check(stem)
            if code not in self._credit_codes:
                self._credit_codes.add(code)
                return code


@cache
def _surnames() -> tuple[tuple[str, int], ...]:
    return tuple((row["surname"], int(row["weight"])) for row in rows("surnames.csv"))


@cache
def _name_styles() -> tuple[_NameStyle, ...]:
    return tuple(
        _NameStyle(
            gender=row["gender"],
            years=range(int(row["from_year"]), int(row["to_year"]) + 1),
            names=tuple(row["names"].split()),
            first=row["first"],
            second=row["second"],
        )
        for row in rows("given_names.csv")
    )


@cache
def _districts() -> tuple[_District, ...]:
    return tuple(
        _District(
            name=row["district"],
            code=row["code"],
            weight=int(row["weight"]),
            roads=tuple(row["roads"].split()),
            communities=tuple(row["communities"].split()),
        )
        for row in rows("places.csv")
    )
