"""Sending an announcement: to whom, when, once; taking it back from those who have not heard it; who was reached.

Everybody hears the same words, so that up to 500 people cost one call. Nobody is told twice, whatever roles and schools
one has: each row of the outbox has a name that it can have only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Connection, String, bindparam, cast, exists, func, literal, or_, select, update

from handlers import agencies, audiences, unsaid, working_days
from handlers.announcements import Announcement, message, of_row
from handlers.audiences import Audience
from handlers.audit import note
from handlers.messages.build import to_line
from handlers.notices import Told, tell_many
from handlers.outbox import REST, Words
from handlers.thai import BANGKOK
from models.announcements import AnnouncementState as State
from models.announcements import announcements
from models.outbox import Priority, Sending, outbox

MORNING = time(8)
"""When what was written out of hours goes out (Thailand's clock), on the next working day."""


# Who and when -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom an announcement reaches. people: each once, and the LINE id; blocked: people; unlinked: schools."""

    people: tuple[tuple[int, str], ...] = ()
    blocked: int = 0
    unlinked: int = 0


def recipients(db: Connection, channel: str, to: Audience, now: datetime) -> Recipients:
    """Return whom an audience reaches now; who has blocked us hears nothing and costs nothing."""
    found = [one for one in audiences.members(db, channel, to, now) if one.recipient is not None]
    reached = {one.person: one.recipient or "" for one in found if not one.blocked}
    spoken_for = {one.school for one in found}
    unlinked = sum(one.id not in spoken_for for one in audiences.schools_of(db, channel, to, now))
    return Recipients(tuple(reached.items()), len({one.person for one in found if one.blocked}), unlinked)


def audience_now(db: Connection, one: Announcement) -> Audience:
    """Return its audience, within what its office answers for now. Raises LookupError where none was chosen."""
    if one.audience is None:
        raise LookupError(f"announcement {one.id} is to nobody yet")
    return one.audience.within(agencies.reach(db, one.channel, one.agency))


def goes_at(db: Connection, channel: str, now: datetime, *, urgent: bool = False) -> datetime:
    """Return when an announcement sent now goes out: at once, or at eight on the next working day."""
    polite = working_days.of(db, channel).polite(now)
    if urgent or polite == now:
        return now
    return datetime.combine(polite.astimezone(BANGKOK).date(), MORNING, BANGKOK).astimezone(now.tzinfo)


# Sending ----------------------------------------------------------------------------------------------------------

_SEND = (
    update(announcements)
    .where(announcements.c.id == bindparam("number"), announcements.c.state == State.DRAFT)
    .values(state=State.SENT, sent_at=bindparam("at"), due_at=bindparam("due"), recipients=bindparam("many"))
    .returning(announcements.c.id)
)


def key(number: int) -> str:
    """Return the name under which an announcement is told."""
    return f"announce:{number}"


def send(db: Connection, one: Announcement, to: Recipients, by: int | None, now: datetime) -> bool:
    """Send an announcement as it stands; False where it is no draft any more. by: None from the command line."""
    due = goes_at(db, one.channel, now, urgent=one.urgent)
    row = {"number": one.id, "at": now, "due": due, "many": len(to.people)}
    if db.execute(_SEND, row).first() is None:
        return False
    words = Words(*to_line([message(db, one)]))
    told = [Told(person, user, f"{key(one.id)}:{person}", words) for person, user in to.people]
    tell_many(db, one.channel, told, now, due, Priority.ANNOUNCEMENT)
    urgent = {"urgent": 1} if one.urgent else {}
    many = len(told)
    note(db, one.channel, "announcement.sent", now, person=by, announcement=one.id, recipients=many, **urgent)
    return True


# Taking back ------------------------------------------------------------------------------------------------------

TAKEN = "cancelled"
"""What stands as the error of a row that was taken back."""
_CANCEL = (
    update(announcements)
    .where(announcements.c.id == bindparam("number"), announcements.c.state == State.SENT)
    .values(state=State.CANCELLED, cancelled_at=bindparam("at"))
    .returning(announcements.c.recipients)
)
_HEARD_BY = update(announcements).where(announcements.c.id == bindparam("number")).values(heard=bindparam("many"))
_ITS_ROWS = (outbox.c.channel_id == bindparam("channel"), outbox.c.once_key.like(bindparam("keys")))
_TAKE_BACK = (
    update(outbox)
    .where(*_ITS_ROWS, unsaid.UNBEGUN)
    .values(state=Sending.REPLACED, messages=[], digest=None, error=TAKEN)
)


def cancel(db: Connection, one: Announcement, by: int | None, now: datetime) -> int | None:
    """Take an announcement back from all who have not heard it; return how many have, None where it is not to cancel.

    What a process has begun to say counts as heard: LINE may have it.
    """
    row = db.execute(_CANCEL, {"number": one.id, "at": now}).first()
    if row is None:
        return None
    taken = db.execute(_TAKE_BACK, {"channel": one.channel, "keys": f"{key(one.id)}:%"}).rowcount
    taken += unsaid.drop(db, one.channel, key(one.id))  # of whom a reply had no room for it
    heard = max(0, (row.recipients or 0) - taken)
    db.execute(_HEARD_BY, {"number": one.id, "many": heard})
    note(db, one.channel, "announcement.cancelled", now, person=by, announcement=one.id, heard=heard)
    return heard


# Looking back -----------------------------------------------------------------------------------------------------

_LAST = (
    select(announcements)
    .where(
        announcements.c.channel_id == bindparam("channel"),
        announcements.c.agency_id.is_not_distinct_from(bindparam("agency")),
        announcements.c.state.in_((State.SENT, State.CANCELLED)),
    )
    .order_by(announcements.c.sent_at.desc(), announcements.c.id.desc())
    .limit(bindparam("most"))
)
_rest = outbox.alias("rest")
_waits_still = exists().where(
    _rest.c.channel_id == outbox.c.channel_id,
    _rest.c.once_key == literal(REST) + cast(outbox.c.id, String),
    _rest.c.state.in_((Sending.QUEUED, Sending.HELD)),
)
_REACHED = (
    select(func.count())
    .select_from(outbox)
    .where(*_ITS_ROWS, or_(outbox.c.state == Sending.SENT, (outbox.c.state == Sending.REPLACED) & ~_waits_still))
)


def last(db: Connection, channel: str, agency: int | None, most: int) -> Sequence[Announcement]:
    """Return the announcements that an office has sent, the newest first."""
    rows = db.execute(_LAST, {"channel": channel, "agency": agency, "most": most})
    return [of_row(row) for row in rows]


def reached(db: Connection, one: Announcement) -> int:
    """Return how many have been told: by a push, or at a visit."""
    if one.heard is not None:
        return one.heard
    return int(db.execute(_REACHED, {"channel": one.channel, "keys": f"{key(one.id)}:%"}).scalar_one())
