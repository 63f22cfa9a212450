"""Something is stuck: it is seen, the operators are told once a day while it lasts, and nobody else is."""

from datetime import datetime, timedelta

from handlers import heartbeats, invites, quota, telling, troubles
from handlers.heartbeats import AHEAD, FORGOTTEN, TICK, Pulse
from handlers.messages.values import Say
from handlers.troubles import SILENT, UNSENT, Kind
from models.heartbeats import heartbeats as beats
from models.inbox import Kept, inbox
from models.outbox import Policy, Sending
from models.outbox import outbox as rows
from models.people import Role, people
from tests.province import MAIN, NOISE, Person, Province


def keeps_time(province: Province, at: datetime, process: str = "worker") -> None:
    """Let a process write what is due at a moment, and say so."""
    with province.store.write() as db:
        heartbeats.beat(db, Pulse(process, "all", at, at, {TICK: at}), at)


def state(province: Province) -> heartbeats.State:
    with province.store.read() as db:
        return heartbeats.look(db, province.now)


def main_of(province: Province) -> heartbeats.OfChannel:
    return next(one for one in state(province).channels if one.channel == MAIN)


def operator(province: Province, channel: str = MAIN) -> Person:
    with province.store.write() as db:
        code = invites.create(db, channel, role=Role.OPERATOR, now=province.now)
    return province.person("นายช่าง ดูแลสมมติ", channel).says(code).says("ใช่").says("รับทราบ")


def is_told(province: Province, watched: float = 86_400.0) -> None:
    """Let the worker look, and tell whom it must."""
    found = troubles.found(state(province), watched)
    with province.store.write() as db:
        troubles.tell_operators(db, found, province.now)


def is_pushed(province: Province) -> None:
    """Let all go out that is due."""
    with province.store.write() as db:
        db.execute(rows.update().where(rows.c.state == Sending.QUEUED).values(state=Sending.SENT))


def alarms(province: Province) -> list[tuple[str, str]]:
    """Return what the operators were told: kind and channel."""
    found = [row for row in province.rows(rows) if row.once_key.startswith("trouble:")]
    return sorted((row.once_key.split(":")[1], row.channel_id) for row in found)


def parks(province: Province, channel: str = MAIN, times: int = 1) -> None:
    with province.store.write() as db:
        for number in range(times):
            event = {"channel_id": channel, "event_id": f"bad{number}", "raw": {}, "state": Kept.PARKED, "tries": 3}
            db.execute(inbox.insert(), event | {"received_at": province.now})


def owes(province: Province, person: Person, words: str = "แจ้งเตือน") -> None:
    """Let a message be due at once."""
    with province.store.write() as db:
        number = next(row.id for row in province.rows(people) if row.line_user_id == person.user)
        telling.tell(
            db, person.channel, number, Say(words), once=words, now=province.now, patience=timedelta(0)
        )  # fmt: skip


# What is seen -----------------------------------------------------------------------------------------------------


def test_the_lag_is_that_of_the_freshest_process(province):
    assert state(province).lag is None
    keeps_time(province, province.now - timedelta(hours=2), "old")
    keeps_time(province, province.now - timedelta(seconds=7), "new")
    assert state(province).lag == 7
    keeps_time(province, province.now - timedelta(seconds=3), "old")
    assert state(province).lag == 3


def test_who_has_only_beaten_keeps_no_time(province):
    with province.store.write() as db:
        heartbeats.beat(db, Pulse("sender", "deliver", province.now, None, {"deliver": province.now}), province.now)
    assert state(province).lag is None


def test_a_sign_from_before_the_clock_was_set_back_proves_nothing(province):
    keeps_time(province, province.now + timedelta(hours=1), "dead since")
    assert state(province).lag is None
    keeps_time(province, province.now - timedelta(seconds=4))
    assert state(province).lag == 4
    keeps_time(province, province.now + AHEAD, "on a machine whose clock is fast")
    assert state(province).lag == 0


def test_processes_long_silent_are_forgotten(province):
    keeps_time(province, province.now, "old")
    province.now += FORGOTTEN + timedelta(seconds=1)
    keeps_time(province, province.now, "new")
    assert [row.process for row in province.rows(beats)] == ["new"]


def test_each_channel_has_its_own_figures(province):
    director = province.director()
    owes(province, director)
    parks(province, NOISE, times=2)
    province.later(seconds=90)
    with province.store.write() as db:
        quota.learn(db, MAIN, province.now, allowed=300, used=12)
    main, noise = sorted(state(province).channels, key=lambda one: one.channel)
    assert (main.unsent, main.waiting, main.parked, main.allowed, main.used) == (90, 1, 0, 300, 12)
    assert (noise.unsent, noise.waiting, noise.parked, noise.allowed, noise.used) == (0, 0, 2, None, None)
    assert {main.number, noise.number} == {1, 2}


def test_what_is_due_later_or_waits_for_a_visit_is_not_late(province):
    director = province.director()
    with province.store.write() as db:
        number = next(row.id for row in province.rows(people) if row.line_user_id == director.user)
        telling.tell(db, MAIN, number, Say("ภายหลัง"), once="later", now=province.now)
        telling.tell(db, MAIN, number, Say("ครั้งหน้า"), once="held", now=province.now, worth_a_push=False)
    province.later(minutes=30)
    assert state(province).unsent == 0


# What is stuck ----------------------------------------------------------------------------------------------------


def kinds(province: Province, watched: float = 86_400.0) -> set[Kind]:
    return {one.kind for one in troubles.found(state(province), watched)}


def test_a_silent_clock_is_trouble_after_five_minutes(province):
    keeps_time(province, province.now)
    province.now += SILENT
    assert kinds(province) == set()
    province.now += timedelta(seconds=1)
    assert kinds(province) == {Kind.SILENT}


def test_who_has_just_begun_to_watch_calls_no_silence(province):
    assert kinds(province, watched=299) == set()
    assert kinds(province, watched=301) == {Kind.SILENT}
    keeps_time(province, province.now - timedelta(days=2))  # for so long nobody was there to watch either
    assert kinds(province, watched=10) == set()


def test_a_message_that_waits_for_ten_minutes_is_trouble(province):
    keeps_time(province, province.now + UNSENT)
    owes(province, province.director())
    province.now += UNSENT
    assert kinds(province) == set()
    province.now += timedelta(seconds=1)
    assert kinds(province) == {Kind.UNSENT}


def test_a_message_tried_in_vain_for_long_is_trouble_though_it_is_not_due(province):
    keeps_time(province, province.now)
    owes(province, province.director())
    for tries, trouble in ((11, set()), (12, {Kind.UNSENT})):
        later = province.now + timedelta(minutes=5)
        with province.store.write() as db:
            db.execute(rows.update().where(rows.c.state == Sending.QUEUED).values(tries=tries, due_at=later))
        assert kinds(province) == trouble


def test_a_parked_event_is_trouble_and_a_spent_month(province):
    keeps_time(province, province.now)
    parks(province)
    assert kinds(province) == {Kind.PARKED}
    with province.store.write() as db:
        quota.learn(db, MAIN, province.now, allowed=300, used=300)
    assert kinds(province) == {Kind.PARKED, Kind.QUOTA}


# Who is told ------------------------------------------------------------------------------------------------------


def test_operators_are_told_once_a_day_and_kind_while_it_lasts(province):
    engineer = operator(province)
    is_told(province)
    (row,) = [row for row in province.rows(rows) if row.once_key.startswith("trouble:")]
    assert (row.recipient, row.policy, row.state) == (engineer.user, Policy.PUSH, Sending.QUEUED)
    assert "python -m scheduler" in row.messages[0]["text"]
    is_pushed(province)
    for _ in range(2):
        province.later(hours=1)
        is_told(province)
    assert alarms(province) == [(Kind.SILENT, MAIN)]
    parks(province)
    is_told(province)
    assert alarms(province) == [(Kind.PARKED, MAIN), (Kind.SILENT, MAIN)]
    is_pushed(province)
    province.later(days=1)
    is_told(province)
    assert alarms(province) == [(Kind.PARKED, MAIN)] * 2 + [(Kind.SILENT, MAIN)] * 2


def test_when_all_is_well_again_nobody_is_told(province):
    operator(province)
    is_told(province)
    is_pushed(province)
    province.later(days=1)
    keeps_time(province, province.now)
    is_told(province)
    assert alarms(province) == [(Kind.SILENT, MAIN)]


def test_at_night_and_on_days_off_nobody_is_told_before_the_morning_and_only_if_it_lasts(province):
    operator(province)
    province.now = datetime.fromisoformat("2026-01-09T20:00+07:00")  # Friday night
    is_told(province)
    province.later(days=1)
    is_told(province)
    assert alarms(province) == []
    province.now = datetime.fromisoformat("2026-01-12T07:31+07:00")
    is_told(province)
    assert alarms(province) == [(Kind.SILENT, MAIN)]


def test_only_operators_are_told_and_only_of_their_own_channel(province):
    province.director()
    province.verifier()
    is_told(province)
    assert alarms(province) == []
    operator(province)
    elsewhere = operator(province, NOISE)
    keeps_time(province, province.now)
    parks(province, NOISE)
    is_told(province)
    assert alarms(province) == [(Kind.PARKED, NOISE)]
    assert {row.recipient for row in province.rows(rows) if row.once_key.startswith("trouble:")} == {elsewhere.user}


def test_a_spent_month_is_told_for_free_at_the_next_visit(province):
    engineer = operator(province)
    keeps_time(province, province.now)
    with province.store.write() as db:
        quota.learn(db, MAIN, province.now, allowed=300, used=300)
    is_told(province)
    (row,) = [row for row in province.rows(rows) if row.once_key.startswith("trouble:")]
    assert row.state == Sending.HELD
    engineer.says("สวัสดี").hears("ใช้ครบแล้ว (300 ข้อความ)")


def test_the_clock_set_back_over_midnight_tells_nothing_again(province):
    operator(province)
    for much in ("2026-01-13T08:00", "2026-01-12T16:00", "2026-01-13T08:00", "2026-01-13T16:00"):
        province.now = datetime.fromisoformat(f"{much}+07:00")
        is_told(province)
        is_pushed(province)
    assert alarms(province) == [(Kind.SILENT, MAIN)] * 2
