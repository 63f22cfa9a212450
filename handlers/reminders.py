"""Reminders: who is to be told what now, once. All of a channel in a few statements, whatever its size.

A person hears one message for everything that is open; then nothing for some working days, nor after saying anything,
nor before a moment that was asked for (``handlers.reminders_quiet``). What was written down and stopped being true
before it was said is taken back.

Those who write are reminded of the newest round only: it is the one in which chat writes, so that to name an older one,
still open for late reports, would ask for what cannot be done here. When a newer round opens, what waited to be said of
the older one is taken back. Who verifies is reminded of all rounds.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, or_, select, update

from handlers import channels, notices, reminders_calls, rounds, tickets, working_days
from handlers.messages.build import to_line
from handlers.notices import Hearer
from handlers.outbox import UNTOUCHED, Words
from handlers.reminders_ladder import CALL, ladder
from handlers.reminders_open import Item, Quiet, keep, row_of, to_write, topics_left
from handlers.reminders_review import to_verify
from handlers.reminders_words import Setting, key_of, reminder
from handlers.rounds import Round
from handlers.thai import BANGKOK, today
from handlers.working_days import Days
from models.outbox import Priority, Sending
from models.outbox import outbox as sayings
from models.people import IN_FORCE, WRITERS, memberships
from models.programme import channels as table_of_channels
from models.reminders import reminded, reminder_stops, reminders
from models.report import State, reports
from models.ticket import tickets as table_of_tickets

_CHANNELS = select(table_of_channels.c.id).order_by(table_of_channels.c.id)
NAME = "remind:"
"""How the names of these messages begin."""


def queue(db: Connection, now: datetime) -> int:
    """Write the reminders that are due to the outbox, each once; return how many messages that made.

    Nothing in quiet hours and on days off: it comes at the next moment at which it may, if it is still true.
    """
    return sum(_queue(db, channel, now) for channel in db.execute(_CHANNELS).scalars().all())


def _queue(db: Connection, channel: str, now: datetime) -> int:
    days = working_days.of(db, channel)
    if not days.allows(now):
        return 0
    channels.ensure(db, channel, now)  # and lock it: of two planners one comes second, and finds it done
    running = rounds.current_round(db, channel, now)
    take_back(db, channel, running.id if running else 0, now)
    quiet = quiet_at(channel, days, now)
    by_day = now.astimezone(BANGKOK).time() >= ladder().at
    made = _remind(db, quiet, days, running, by_day)
    db.execute(_PASSED, {"channel": channel, "now": now})
    return made + (reminders_calls.queue(db, quiet, running) if by_day and running else 0)


def quiet_at(channel: str, days: Days, now: datetime) -> Quiet:
    """Return whom to leave alone at a moment: between two reminders, and after a reply, lie so many working days."""

    def began(n: int) -> datetime:
        """Return the end of the day that lies ``n`` working days back: who did something since is left alone."""
        return rounds.midnight_after(days.before(today(now), n))

    return Quiet(channel, now, began(ladder().between), began(ladder().after_reply))


# Saying -----------------------------------------------------------------------------------------------------------

_Said = tuple[str, str, int, str]
"""The kind, subject, person and slot of what has been said."""
_person = attrgetter("person")
_DONE = select(reminders.c.kind, reminders.c.subject, reminders.c.person_id, reminders.c.slot).where(
    reminders.c.channel_id == bindparam("channel"), reminders.c.slot.in_(bindparam("slots", expanding=True))
)
_PASSED = (
    update(reminded)
    .where(reminded.c.channel_id == bindparam("channel"), reminded.c.again_at <= bindparam("now"))
    .values(again_at=None)
)
"""What was asked for and has been done, or is true no more, is forgotten."""
_UNSAID = (
    sayings.c.channel_id == bindparam("channel"),
    UNTOUCHED,
    sayings.c.kind == "notice",
    sayings.c.tries == 0,
)
_OLDER = (
    select(sayings.c.id, sayings.c.person_id)
    .where(*_UNSAID, sayings.c.once_key.startswith(NAME))
    .with_for_update(skip_locked=True)
)
_UNSAY = update(sayings).where(sayings.c.id == bindparam("row")).values(state=Sending.REPLACED)


def _remind(db: Connection, quiet: Quiet, days: Days, running: Round | None, by_day: bool) -> int:
    before = rounds.midnight_after(days.before(today(quiet.now), ladder().deadline))
    items = [*(to_write(db, quiet, running) if running else ()), *to_verify(db, quiet, days, before)]
    items.sort(key=_person)
    done = _done(db, quiet.channel, items)
    due = _due(items, done, by_day)
    first = next(due, None)
    return _say(db, quiet, chain([first], due), _setting(db, quiet, running)) if first else 0


_Due = tuple[list[Item], list[tuple[Item, str]]]
"""What is open for a person, and the slots that a message about it fills, each with its item."""


def _due(items: Iterable[Item], done: Collection[_Said], by_day: bool) -> Iterator[_Due]:
    """Yield what each person is to be told of now. items: those of one person together."""
    for _, those in groupby(items, _person):
        theirs = list(those)
        slots = [(one, slot) for one in theirs for slot in _slots(one, done)]
        if slots and (by_day or theirs[0].again_at is not None):
            yield theirs, slots


def _slots(one: Item, done: Collection[_Said]) -> list[str]:
    """Return the slots that a message about an item fills: its rung, if that was not said, and the moment asked for.

    At the last rung the bot is silent.
    """
    is_said = one.rung == CALL or (one.kind, one.subject, one.person, one.slot) in done
    new = [one.slot] if one.slot and not is_said else []
    return [*new, f"asked:{one.again_at:%Y-%m-%dT%H:%M}"] if one.again_at is not None else new


def _done(db: Connection, channel: str, items: Iterable[Item]) -> set[_Said]:
    """Return what has been said of the slots that were reached."""
    slots = sorted({one.slot for one in items if one.slot})
    rows = db.execute(_DONE, {"channel": channel, "slots": slots}) if slots else ()
    return {(row[0], row[1], row[2], row[3]) for row in rows}


def _setting(db: Connection, quiet: Quiet, running: Round | None) -> Setting:
    if running is None:
        return Setting(today(quiet.now))
    left, topics, minutes = topics_left(db, running)
    return Setting(today(quiet.now), running.title, topics, minutes, left)


def _say(db: Connection, quiet: Quiet, due: Iterable[_Due], setting: Setting) -> int:
    name = f"{NAME}{quiet.now:%Y%m%dT%H%M%S}"
    told: dict[tuple[object, ...], tuple[Words, list[Hearer]]] = {}
    rows: dict[str, list[tuple[Any, ...]]] = {"report": [], "review": []}
    for theirs, reached in due:
        slots = [(one, slot) for one, slot in reached if setting.is_open(one)]
        if not slots:
            continue
        items = [one for one in theirs if setting.is_open(one)]
        person, once, key = items[0].person, f"{name}:{items[0].person}", key_of(items, setting)
        if key not in told:
            told[key] = Words(*to_line([reminder(items, setting)])), []
        told[key][1].append((person, items[0].recipient, once))
        for one, slot in slots:
            rows[one.kind].append(row_of(one.subject, person, slot, once, one))
    if told:
        for kind, those in rows.items():
            keep(db, quiet, kind, those)
        _replace_older(db, quiet, {person for _, hearers in told.values() for person, _, _ in hearers})
        notices.tell_alike(db, quiet.channel, told.values(), quiet.now, quiet.now, Priority.REMINDER)
    return sum(len(hearers) for _, hearers in told.values())


def _replace_older(db: Connection, quiet: Quiet, people: Collection[int]) -> None:
    """Let reminders that still wait give way to the newer ones of the same people."""
    waiting = db.execute(_OLDER, {"channel": quiet.channel, "now": quiet.now})
    older = [{"row": row.id} for row in waiting if row.person_id in people]
    if older:
        db.execute(_UNSAY, older)


# Taking back ------------------------------------------------------------------------------------------------------

_moved_on = exists().where(
    reports.c.round_id == reminders.c.round_id,
    reports.c.school_id == reminders.c.school_id,
    reports.c.state.not_in([State.DRAFT, State.RETURNED]),
)
_no_writer = ~exists().where(
    memberships.c.person_id == reminders.c.person_id,
    memberships.c.school_id == reminders.c.school_id,
    memberships.c.role.in_(sorted(WRITERS)),
    IN_FORCE,
)
_stopped = exists().where(
    reminder_stops.c.person_id == reminders.c.person_id,
    reminder_stops.c.round_id == reminders.c.round_id,
    or_(
        reminder_stops.c.ticket_id.is_(None),
        exists().where(table_of_tickets.c.id == reminder_stops.c.ticket_id, tickets.WAITS),
    ),
)
_looked_at = exists().where(
    reports.c.id == reminders.c.report_id, reports.c.state.not_in([State.SUBMITTED, State.REVIEWING])
)
_over = or_(_moved_on, reminders.c.round_id != bindparam("round"))
_is_stale = or_(
    (reminders.c.kind == "report") & or_(_over, _no_writer, _stopped),
    (reminders.c.kind == "review") & or_(_looked_at, _stopped),
    (reminders.c.kind == CALL) & _over,
)
_STALE = (
    select(sayings.c.id, sayings.c.person_id, sayings.c.once_key)
    .where(
        *_UNSAID,
        exists().where(
            reminders.c.person_id == sayings.c.person_id, reminders.c.message == sayings.c.once_key, _is_stale
        ),
    )
    .with_for_update(skip_locked=True, of=sayings)
)
_UNDO = delete(reminders).where(reminders.c.person_id == bindparam("person"), reminders.c.message == bindparam("key"))


def take_back(db: Connection, channel: str, running: int, now: datetime) -> int:
    """Take back what waits to be said and is not true any more; what is left of it is said anew. Return how many.

    running: the round that runs; 0 where none does.
    """
    at = {"channel": channel, "round": running, "now": now, "since": now - tickets.LAPSE}
    rows = db.execute(_STALE, at).all()
    if rows:
        db.execute(_UNSAY, [{"row": row.id} for row in rows])
        db.execute(_UNDO, [{"person": row.person_id, "key": row.once_key} for row in rows])
    return len(rows)
