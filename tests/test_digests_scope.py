"""Nobody hears the name of a school, or nudges one, outside what they answer for (invariant 5)."""

import json
from collections.abc import Callable
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from models.outbox import outbox
from models.people import Role
from models.store import Store
from tests.province import Person, Province, office
from tests.test_talk_digests import ONE, TWO, grow

WORDS = (
    "สรุป", "ใครยังไม่ส่งบ้าง", "ดูต่อ", "1", "9", "12", "เตรียมเตือน", "ใช่", "ยกเลิก", "สรุป เขต 1", "เขต 2 เหลือกี่โรง",
    "ใครยังไม่เริ่ม", "ใครยังไม่ผูกไลน์ เขต 1", "เตือน เขต 2", "รับสรุปวันจันทร์", "ดูรายชื่อ", "เมนู", "คิว",
)  # fmt: skip
BUTTONS = tuple(
    f"do={do}{more}&v={value}"
    for do, more in (
        ("numbers", ""),
        ("schools", ""),
        ("schools", "&q=unlinked&n=9"),
        ("nudge", ""),
        ("one_school", ""),
    )
    for value in (0, 1, 2, 3, 4, 9, 12, 25, 10**8)
) + tuple(f"do=nudge_send&v={value}" for value in range(6))


def names_of(province: Province, agency: str) -> str:
    return f"บ้านเพิ่ม{province.agency(agency)}ที่"


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=some.lists(some.tuples(some.integers(0, 4), some.sampled_from(WORDS + BUTTONS)), min_size=4, max_size=14))
def test_no_name_crosses_a_scope(new_store: Callable[[], Store], now: datetime, acts: list[tuple[int, str]]) -> None:
    province = Province(new_store(), now)
    for agency in (ONE, TWO):
        grow(province, agency, 12)
    director = province.person("นางสาวกาญจนา สมมติสกุล").joins("1031991002")  # of the first agency
    one, two = names_of(province, ONE), names_of(province, TWO)
    people: list[tuple[Person, tuple[str, ...], bool]] = [
        (office(province, Role.COORDINATOR), (), True),
        (office(province, Role.COORDINATOR, ONE), (two,), True),
        (office(province, Role.VERIFIER, TWO), (one,), False),
        (office(province, Role.VIEWER), (one, two), False),
        (office(province, Role.VIEWER, ONE), (one, two), False),
    ]
    for who, said in acts:
        person, hidden, may_nudge = people[who]
        before = nudges(province, director)
        person.posts_back(said) if said.startswith("do=") else person.says(said)
        heard = json.dumps(person.turns[-1], ensure_ascii=False)
        assert [name for name in hidden if name in heard] == [], (person.name, said)
        assert may_nudge or nudges(province, director) == before, (person.name, said)


def nudges(province: Province, director: Person) -> int:
    rows = [row for row in province.rows(outbox) if row.once_key.startswith("nudge:")]
    return sum(row.recipient == director.user for row in rows)
