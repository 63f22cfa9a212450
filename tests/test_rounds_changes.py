"""Changing rounds, and more time for single schools: what is refused, what is written down, whose it is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from handlers import extensions, question_file, questions, rounds, rounds_changes, rounds_numbers
from handlers.rounds import BadRound
from handlers.rounds_changes import close, extend, extended, set_grace
from models.audit import audit
from models.people import Request, agencies, people, schools
from models.programme import channels
from models.programme import extensions as extension_rows
from models.store import Store

NOW = datetime(2026, 6, 22, 2, 10, tzinfo=UTC)
DUE = date(2026, 7, 22)
NEXT = DUE + timedelta(days=7)


@pytest.fixture
def db(store: Store):
    with store.write() as db:
        for channel in ("main", "noise"):
            db.execute(insert(channels), {"id": channel, "name": channel, "created_at": NOW})
            questions.save(db, channel, question_file.parse(question_file.default()), NOW)
        yield db


def opened(db: Connection, channel: str = "main", title: str = "รอบหนึ่ง", later: int = 0, **more) -> int:
    on = timedelta(days=later)
    set_id = questions.newest(db, channel)
    assert set_id is not None
    return rounds.open_round(
        db, channel, year=2569, semester=1, title=title, opens_at=NOW + on, due_on=DUE + on, question_set_id=set_id,
        now=NOW, **more,
    )  # fmt: skip


def school(db: Connection, channel: str = "main", code: str = "1031992003") -> int:
    found = db.execute(select(agencies.c.id).where(agencies.c.channel_id == channel)).scalar()
    if found is None:
        found = db.execute(
            insert(agencies).values(channel_id=channel, name="เขต").returning(agencies.c.id)
        ).scalar_one()
    row = {"channel_id": channel, "agency_id": found, "code": code, "name": "บ้านสมมติ", "district": "ทดสอบ"}
    return int(db.execute(insert(schools).values(row).returning(schools.c.id)).scalar_one())


def somebody(db: Connection) -> int:
    row = {"channel_id": "main", "created_at": NOW}
    return int(db.execute(insert(people).values(row).returning(people.c.id)).scalar_one())


def trail(db: Connection) -> list[str]:
    return list(db.scalars(select(audit.c.action).where(audit.c.channel_id == "main").order_by(audit.c.id)))


class TestOpening:
    @pytest.mark.parametrize(
        ("days", "reason"),
        [
            ({"grace_on": DUE - timedelta(days=1)}, "grace"),
            ({"closes_on": DUE - timedelta(days=1)}, "closing"),
            ({"grace_on": NEXT, "closes_on": DUE}, "closing"),
        ],
    )
    def test_grace_and_close_come_after_the_due_date(self, db, days, reason):
        with pytest.raises(BadRound) as bad:
            opened(db, **days)
        assert bad.value.reason == reason
        assert rounds.listed(db, "main") == []

    def test_grace_counts_for_overlap(self, db):
        opened(db, grace_on=NEXT)
        with pytest.raises(BadRound, match="overlaps"):
            opened(db, title="รอบสอง", later=32)
        opened(db, title="รอบสอง", later=38)

    def test_a_planned_close_ends_the_round_by_itself(self, db):
        opened(db, closes_on=DUE)
        evening = datetime(2026, 7, 22, 16, 59, tzinfo=UTC)
        assert rounds.current_round(db, "main", evening) is not None
        assert rounds.current_round(db, "main", evening + timedelta(minutes=1)) is None


class TestMoving:
    def test_grace_and_planned_close_move_along(self, db):
        one = opened(db, grace_on=DUE + timedelta(days=3), closes_on=DUE + timedelta(days=5))
        moved = extend(db, "main", one, NEXT, NOW)
        assert (moved.due_on, moved.grace_on) == (NEXT, NEXT + timedelta(days=3))
        assert moved.last_day == NEXT + timedelta(days=5)
        assert rounds.found(db, "main", one) == moved
        assert trail(db) == ["round.opened", "round.extended"]

    @pytest.mark.parametrize(
        ("due", "reason"), [(DUE, "not_later"), (date(2026, 6, 30), "not_later"), (date(2026, 6, 21), "past")]
    )
    def test_only_to_a_later_day(self, db, due, reason):
        one = opened(db)
        with pytest.raises(BadRound) as bad:
            extend(db, "main", one, due, NOW)
        assert bad.value.reason == reason
        assert trail(db) == ["round.opened"]

    def test_not_into_the_next_round(self, db):
        one, _ = opened(db), opened(db, title="รอบสอง", later=40)
        extend(db, "main", one, DUE + timedelta(days=9), NOW)
        with pytest.raises(BadRound, match="overlaps"):
            extend(db, "main", one, DUE + timedelta(days=10), NOW)

    def test_looking_changes_nothing(self, db):
        one = opened(db)
        extended(db, "main", one, NEXT, NOW)
        assert [found.due_on for found in rounds.listed(db, "main")] == [DUE]

    def test_grace_alone(self, db):
        one = opened(db)
        assert set_grace(db, "main", one, NEXT, NOW).grace_on == NEXT
        with pytest.raises(BadRound):
            set_grace(db, "main", one, DUE - timedelta(days=1), NOW)

    def test_another_provinces_round_is_none(self, db):
        theirs = opened(db, "noise")
        for change in (lambda: extend(db, "main", theirs, NEXT, NOW), lambda: close(db, "main", theirs, NOW)):
            with pytest.raises(BadRound) as bad:
                change()
            assert bad.value.reason == "unknown"
        assert rounds.listed(db, "noise")[0].due_on == DUE


class TestClosing:
    def test_at_once_and_only_once(self, db):
        one = opened(db)
        close(db, "main", one, NOW + timedelta(days=1))
        assert rounds.current_round(db, "main", NOW + timedelta(days=1)) is None
        with pytest.raises(BadRound) as bad:
            close(db, "main", one, NOW + timedelta(days=2))
        assert bad.value.reason == "closed"
        with pytest.raises(BadRound):
            extend(db, "main", one, NEXT, NOW + timedelta(days=2))
        opened(db, title="รอบสอง", later=2)

    def test_on_a_day_after_the_due_date(self, db):
        one = opened(db)
        with pytest.raises(BadRound):
            close(db, "main", one, NOW, on=DUE - timedelta(days=1))
        assert close(db, "main", one, NOW, on=NEXT).last_day == NEXT
        assert rounds.current_round(db, "main", NOW) is not None

    def test_not_in_the_next_round(self, db):
        one, _ = opened(db), opened(db, title="รอบสอง", later=40)
        for change in (
            lambda: close(db, "main", one, NOW, on=DUE + timedelta(days=10)),
            lambda: set_grace(db, "main", one, DUE + timedelta(days=10), NOW),
        ):
            with pytest.raises(BadRound) as bad:
                change()
            assert bad.value.reason == "overlap"

    def test_not_in_the_past(self, db):
        one = opened(db)
        with pytest.raises(BadRound) as bad:
            close(db, "main", one, NOW + timedelta(days=60), on=NEXT)
        assert bad.value.reason == "past"


class TestExtensions:
    def test_one_school_has_its_own_day(self, db):
        one, mine, other = opened(db), school(db), school(db, code="1031992004")
        extensions.grant(db, "main", one, mine, NEXT, NOW)
        assert extensions.due_of(db, DUE, one, mine) == NEXT
        assert extensions.due_of(db, DUE, one, other) == DUE
        extensions.grant(db, "main", one, mine, NEXT + timedelta(days=1), NOW)
        assert len(db.execute(select(extension_rows)).all()) == 1
        assert trail(db)[1:] == ["extension.granted", "extension.granted"]

    def test_when_the_round_moves_beyond_it_that_counts(self, db):
        one, mine = opened(db), school(db)
        extensions.grant(db, "main", one, mine, NEXT, NOW)
        assert extensions.due_of(db, NEXT + timedelta(days=3), one, mine) == NEXT + timedelta(days=3)

    @pytest.mark.parametrize(
        ("due", "reason"),
        [(DUE, "not_later"), (date(2026, 6, 1), "past"), (DUE + timedelta(days=15), "after_close")],
    )
    def test_days_that_cannot_be(self, db, due, reason):
        one, mine = opened(db, closes_on=DUE + timedelta(days=14)), school(db)
        with pytest.raises(BadRound) as bad:
            extensions.grant(db, "main", one, mine, due, NOW)
        assert bad.value.reason == reason

    def test_no_school_and_no_round_of_another_province(self, db):
        ours, theirs = opened(db), opened(db, "noise")
        for number, place in ((ours, school(db, "noise")), (theirs, school(db))):
            with pytest.raises(BadRound) as bad:
                extensions.grant(db, "main", number, place, NEXT, NOW)
            assert bad.value.reason == "unknown"
        with pytest.raises(BadRound):
            extensions.school_of(db, "main", "0000000000")

    def test_a_request_is_decided_once(self, db):
        one, mine, me = opened(db), school(db), somebody(db)
        asked = extensions.ask(db, "main", round_id=one, school=mine, person=me, due_on=NEXT, why=None, now=NOW)
        wish = extensions.found(db, "main", None, asked)
        assert wish is not None
        assert extensions.decide(db, "main", wish, granted=False, by=me, now=NOW)
        assert not extensions.decide(db, "main", wish, granted=False, by=me, now=NOW)
        assert extensions.found(db, "main", None, asked).state == Request.REFUSED  # type: ignore[union-attr]
        assert extensions.waiting(db, "main", None, NOW) == []

    def test_a_request_is_seen_within_its_agencies_only(self, db):
        one, mine, me = opened(db), school(db), somebody(db)
        asked = extensions.ask(db, "main", round_id=one, school=mine, person=me, due_on=NEXT, why="ลา", now=NOW)
        agency = extensions.found(db, "main", None, asked).agency  # type: ignore[union-attr]
        assert [wish.id for wish in extensions.waiting(db, "main", {agency}, NOW)] == [asked]
        assert extensions.waiting(db, "main", {agency + 1}, NOW) == []
        assert extensions.found(db, "main", {agency + 1}, asked) is None
        assert extensions.found(db, "noise", None, asked) is None


def test_who_has_sent_is_counted(db):
    one, mine = opened(db), school(db)
    assert rounds_numbers.sent(db, "main", one, None, NOW) == (0, 1)
    agency = db.execute(select(schools.c.agency_id).where(schools.c.id == mine)).scalar_one()
    assert rounds_numbers.sent(db, "main", one, agency, NOW) == (0, 1)
    assert rounds_numbers.sent(db, "noise", one, None, NOW) == (0, 0)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["open", "move", "close"]), st.integers(0, 120)), max_size=8))
def test_whatever_is_done_no_two_rounds_overlap(store, acts):
    with store.write() as db:
        kept = db.begin_nested()
        db.execute(insert(channels), {"id": "main", "name": "main", "created_at": NOW})
        questions.save(db, "main", question_file.parse(question_file.default()), NOW)
        for at, (act, later) in enumerate(acts):
            _try(db, act, later, f"รอบ {at}")
        known = rounds.listed(db, "main")
        for one in known:
            for other in known:
                assert one is other or one.ends_at <= other.opens_at or other.ends_at <= one.opens_at
        kept.rollback()


def _try(db: Connection, act: str, later: int, title: str) -> None:
    known = sorted(one.id for one in rounds.listed(db, "main"))
    number = known[later % len(known)] if known else 0
    try:
        if act == "open":
            opened(db, title=title, later=later)
        elif act == "move":
            rounds_changes.extend(db, "main", number, DUE + timedelta(days=later), NOW)
        else:
            rounds_changes.close(db, "main", number, NOW, on=DUE + timedelta(days=later))
    except BadRound:
        pass
