"""Random audiences, people with several roles, joins and leaves between preview and sending, visits and stops between.

Nobody hears an announcement twice, nobody outside the scope, and as many are written to as the preview said.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Connection, insert, select, update

from handlers import agencies, announcements, claims, multicasts, quota
from handlers import announcements_sending as sending
from handlers.audiences import Audience
from models.announcements import AnnouncementState
from models.outbox import Sending, outbox
from models.people import SUBMITTERS, Role, memberships, people, schools
from models.store import Store
from tests.province import MAIN, NOISE, Province

OFFICERS = (Role.VERIFIER, Role.COORDINATOR, Role.VIEWER)
ROLES = some.frozensets(some.sampled_from([*SUBMITTERS, Role.DELEGATE, *OFFICERS]), min_size=1)
PERSON, PLACE = some.integers(0, 5), some.integers(0, 4)
MOVES = some.lists(
    some.one_of(
        some.tuples(some.just("joins"), PERSON, PLACE, some.sampled_from([*SUBMITTERS, Role.DELEGATE, *OFFICERS])),
        some.tuples(some.just("leaves"), PERSON),
        some.tuples(some.just("blocks"), PERSON),
        some.tuples(some.just("comes back"), PERSON),
    ),
    max_size=12,
)
ANNOUNCED = some.tuples(
    ROLES, some.none() | some.frozensets(PLACE), some.frozensets(PLACE, max_size=2), some.none() | PLACE
)
LATER = some.lists(some.tuples(some.sampled_from(["said", "begun"]), PERSON), max_size=4)


class Scene:
    """A province of three agencies and schools, six people who may hold any roles, and the noisy one beside it."""

    def __init__(self, province: Province) -> None:
        self.province = province
        with province.store.write() as db:
            of_main = (schools.c.channel_id == MAIN,)
            self.schools = list(db.execute(select(schools.c.id, schools.c.agency_id).where(*of_main)))
            self.agencies = list(agencies.book(db, MAIN).names)
            rows = [
                {"channel_id": MAIN, "line_user_id": f"U{n:032x}", "created_at": province.now} for n in range(100, 106)
            ]
            self.people = [db.execute(insert(people).returning(people.c.id), row).scalar_one() for row in rows]

    def apply(self, moves: list[tuple[Any, ...]]) -> None:
        self.province.later(minutes=1)
        with self.province.store.write() as db:
            for do, who, *more in moves:
                self._apply(db, do, self.people[who], more)

    def _apply(self, db: Connection, do: str, person: int, more: list[Any]) -> None:
        now = self.province.now
        if do == "joins":
            place, role = more
            of_school = role not in OFFICERS
            school = self.schools[place % len(self.schools)].id if of_school else None
            agency = self.agencies[place % len(self.agencies)] if not of_school and place else None
            row = {"channel_id": MAIN, "person_id": person, "role": role, "since": now}
            db.execute(insert(memberships), row | {"school_id": school, "agency_id": agency})
        elif do == "leaves":
            db.execute(update(memberships).where(memberships.c.person_id == person).values(until=now))
        else:
            blocked = now if do == "blocks" else None
            db.execute(update(people).where(people.c.id == person).values(blocked_at=blocked))

    def audience(self, roles: frozenset[Role], within: frozenset[int] | None, named: frozenset[int]) -> Audience:
        chosen = None if within is None else frozenset(self.agencies[one % len(self.agencies)] for one in within)
        return Audience(roles, chosen, frozenset(self.schools[one % len(self.schools)].id for one in named))

    def may_hear(self, db: Connection, to: Audience, reach: frozenset[int] | None) -> set[int]:
        """Return who may hear it, told membership by membership."""
        over = {one.id: one.agency_id for one in self.schools}
        rows = db.execute(select(memberships, people.c.blocked_at).join(people, people.c.id == memberships.c.person_id))
        found = set()
        for row in rows:
            in_force = row.since <= self.province.now and (row.until is None or row.until > self.province.now)
            agency = over.get(row.school_id, row.agency_id)
            within = reach is None or agency in reach
            fits = row.school_id in to.schools if to.schools else True
            chosen = to.agencies is None or agency in to.agencies
            if row.channel_id == MAIN and in_force and row.blocked_at is None and row.role in to.roles:
                found |= {row.person_id} if within and fits and chosen else set()
        return found


def test_nobody_twice_nobody_outside_and_as_many_as_shown(new_store: Callable[[], Store], database: str) -> None:
    few = 60 if database == "sqlite" else 15
    scene = Scene(Province(new_store(), datetime.fromisoformat("2026-01-05T02:10:00+00:00")))
    province = scene.province

    @settings(max_examples=few, deadline=None, suppress_health_check=list(HealthCheck))
    @given(MOVES, ANNOUNCED, MOVES, LATER)
    def holds(before: list[Any], announced: tuple[Any, ...], between: list[Any], later: list[Any]) -> None:
        scene.apply([("leaves", who) for who in range(6)] + [("comes back", who) for who in range(6)] + before)
        roles, within, named, office = announced
        agency = None if office is None else scene.agencies[office % len(scene.agencies)]
        to = scene.audience(roles, within, named)
        with province.store.write() as db:
            reach = agencies.reach(db, MAIN, agency)
            one = announcements.begin(db, MAIN, agency, None, province.now, words="ก")
            one = announcements.change(db, one, audience=to.data())
            shown = len(sending.recipients(db, MAIN, sending.audience_now(db, one), province.now).people)
        scene.apply(between)
        with province.store.write() as db:
            now = sending.recipients(db, MAIN, sending.audience_now(db, one), province.now)
            expected = scene.may_hear(db, to, reach)
            assert {person for person, _ in now.people} == expected
            if not between:
                assert len(now.people) == shown
            assert sending.send(db, one, now, None, province.now)
            assert not sending.send(db, one, now, None, province.now), "once"
        rows = told(province, one.id)
        assert Counter(row.person_id for row in rows) == Counter(expected)
        assert {row.channel_id for row in rows} <= {MAIN}
        assert all(row.policy == "push" for row in rows)
        stops(scene, one.id, later)

    holds()
    assert not [
        row for row in province.rows(outbox) if row.channel_id == NOISE and row.once_key.startswith("announce:")
    ]


def told(province: Province, number: int) -> list[Any]:
    return [row for row in province.rows(outbox) if row.once_key.startswith(f"announce:{number}:")]


def stops(scene: Scene, number: int, later: list[tuple[str, int]]) -> None:
    """Let some hear it, or be about to, and stop it: who has heard, and who never will, are all."""
    rows = {row.person_id: row for row in told(scene.province, number)}
    heard = {rows[scene.people[who]].id: do for do, who in later if scene.people[who] in rows}
    with scene.province.store.write() as db:
        for row, do in heard.items():
            now = scene.province.now
            values = {"state": Sending.SENT, "sent_at": now} if do == "said" else {"begun_at": now, "tries": 1}
            db.execute(update(outbox).where(outbox.c.id == row).values(values))
        one = announcements.found(db, MAIN, number)
        assert one is not None
        assert sending.cancel(db, one, None, scene.province.now) == len(heard)
        assert sending.cancel(db, one, None, scene.province.now) is None, "once"
        one = announcements.found(db, MAIN, number)
        assert one is not None
        assert (one.state, one.heard, one.recipients) == (AnnouncementState.CANCELLED, len(heard), len(rows))
    left = {row.id for row in told(scene.province, number) if row.state in (Sending.QUEUED, Sending.HELD)}
    assert left == {row for row, do in heard.items() if do == "begun"}


def test_2681_people_are_told_by_six_calls(store: Store, now: datetime) -> None:
    province = Province(store, now)
    with store.write() as db:
        quota.learn(db, MAIN, now, allowed=15_000, used=0)
        school = db.execute(select(schools.c.id).where(schools.c.channel_id == MAIN)).scalars().first()
        users = [{"channel_id": MAIN, "line_user_id": f"Uf{n:031x}", "created_at": now} for n in range(2681)]
        db.execute(insert(people), users)
        fresh = db.execute(select(people.c.id).where(people.c.line_user_id.like("Uf%"))).scalars()
        row = {"channel_id": MAIN, "school_id": school, "role": Role.DIRECTOR, "since": now}
        db.execute(insert(memberships), [row | {"person_id": person} for person in fresh])
        one = announcements.begin(db, MAIN, None, None, now, words="พรุ่งนี้ประชุม")
        one = announcements.change(db, one, audience=Audience().data())
        to = sending.recipients(db, MAIN, sending.audience_now(db, one), now)
        assert sending.send(db, one, to, None, now)
    calls: list[int] = []
    for _ in range(9):
        with store.write() as db:
            found = claims.claim_due(db, "worker", now)
            for call in found.multicasts:
                multicasts.note_sent(db, call, now)
        assert found.rows == [], "nobody apart"
        calls += [len(call.rows) for call in found.multicasts]
    assert (sum(calls), len(calls)) == (2681, 6)
    assert len(told(province, one.id)) == 2681
