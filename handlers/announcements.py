"""Announcements of an office: written in bubbles, kept as a draft, said as all who hear them will read them.

How one is sent, cancelled and counted is in ``handlers.announcements_sending``. Every read starts from the channel.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from handlers import agencies, channels, rounds_numbers
from handlers.audiences import SCHOOL_ROLES, Audience
from handlers.messages import limits
from handlers.messages.build import shorten
from handlers.messages.values import Say
from handlers.texts import say
from handlers.web_links import is_link
from models.announcements import AnnouncementState as State
from models.announcements import announcement_bubbles as bubbles
from models.announcements import announcements

GRAPHEMES = 1000
"""How long the words may be, in what a reader calls characters; with the office and the link they stay one bubble."""
_UNITS = 3500  # the same in LINE's units, of which an emoji may have a dozen: the bubble takes 5,000


@dataclass(frozen=True, slots=True)
class Announcement:
    """An announcement as it stands. audience: None until it is chosen; recipients: as shown, or, once sent, as told."""

    id: int
    channel: str
    agency: int | None
    person: int | None
    state: State
    words: str
    link: str | None
    audience: Audience | None
    urgent: bool
    asked_at: datetime
    shown_at: datetime | None
    sent_at: datetime | None
    due_at: datetime | None
    recipients: int | None
    cancelled_at: datetime | None
    heard: int | None

    @property
    def is_draft(self) -> bool:
        """Tell whether it may still be changed."""
        return self.state == State.DRAFT

    @property
    def mark(self) -> int:
        """Return a number that tells the buttons of the newest preview from those of an earlier one."""
        return rounds_numbers.mark(self.shown_at) if self.shown_at else 0


_OF_CHANNEL = select(announcements).where(announcements.c.channel_id == bindparam("channel"))
_ONE = _OF_CHANNEL.where(announcements.c.id == bindparam("number"))
_LOCKED = _ONE.with_for_update()
_DRAFT = (
    _OF_CHANNEL.where(
        announcements.c.person_id == bindparam("person"),
        announcements.c.state == State.DRAFT,
        announcements.c.agency_id.is_not_distinct_from(bindparam("agency")),
    )
    .order_by(announcements.c.id.desc())
    .limit(1)
)


def of_row(row: Row[Any]) -> Announcement:
    """Return an announcement's row as a value."""
    return Announcement(
        row.id, row.channel_id, row.agency_id, row.person_id, State(row.state), row.words, row.link,
        Audience.read(row.audience) if row.audience else None, row.urgent, row.asked_at, row.shown_at, row.sent_at,
        row.due_at, row.recipients, row.cancelled_at, row.heard,
    )  # fmt: skip


def found(db: Connection, channel: str, number: int) -> Announcement | None:
    """Return an announcement of the channel, or None."""
    row = db.execute(_ONE, {"channel": channel, "number": number}).first()
    return of_row(row) if row else None


def locked(db: Connection, channel: str, number: int) -> Announcement | None:
    """Return an announcement of the channel, which nobody else changes until the transaction ends; or None."""
    row = db.execute(_LOCKED, {"channel": channel, "number": number}).first()
    return of_row(row) if row else None


def draft_of(db: Connection, channel: str, person: int, agency: int | None) -> Announcement | None:
    """Return the draft that somebody has in an office, or None."""
    row = db.execute(_DRAFT, {"channel": channel, "person": person, "agency": agency}).first()
    return of_row(row) if row else None


# Writing ----------------------------------------------------------------------------------------------------------

_ADD = insert(announcements).returning(announcements.c.id)
_CHANGE = update(announcements).where(announcements.c.id == bindparam("number"), announcements.c.state == State.DRAFT)
_DROP = _CHANGE.values(state=State.DROPPED).returning(announcements.c.id)
_ADD_BUBBLE = insert(bubbles)
_BUBBLES = (
    select(bubbles.c.text)
    .where(bubbles.c.announcement_id == bindparam("number"), bubbles.c.text.is_not(None))
    .order_by(bubbles.c.id)
)


def begin(
    db: Connection, channel: str, agency: int | None, person: int | None, now: datetime, *, words: str = ""
) -> Announcement:
    """Begin an announcement of an office; the person's draft there is dropped. words: where no bubbles come."""
    before = draft_of(db, channel, person, agency) if person is not None else None
    if before is not None:
        drop(db, before)
    row = {"channel_id": channel, "agency_id": agency, "person_id": person, "state": State.DRAFT, "words": words}
    number = db.execute(_ADD, row | {"audience": {}, "urgent": False, "asked_at": now}).scalar_one()
    return _again(db, channel, number)


def _again(db: Connection, channel: str, number: int) -> Announcement:
    one = found(db, channel, number)
    if one is None:
        raise LookupError(f"no announcement {number}")
    return one


def add(db: Connection, one: Announcement, text: str, at: datetime, *, message: str | None) -> Announcement:
    """Add a bubble to a draft. message: its LINE id."""
    row = {"channel_id": one.channel, "announcement_id": one.id, "text": text, "line_message_id": message, "at": at}
    db.execute(_ADD_BUBBLE, row)
    return change(db, one, words=joined(db, one))


def joined(db: Connection, one: Announcement) -> str:
    """Return the words of its bubbles as they are now."""
    return "\n".join(db.execute(_BUBBLES, {"number": one.id}).scalars())


def change(db: Connection, one: Announcement, **values: Any) -> Announcement:
    """Change a draft; what was shown of it before is old. Nothing happens to what is no draft any more."""
    db.execute(_CHANGE.values({"shown_at": None} | values), {"number": one.id})
    return _again(db, one.channel, one.id)


def drop(db: Connection, one: Announcement) -> bool:
    """Drop a draft; False where it is none any more."""
    return db.execute(_DROP, {"number": one.id}).first() is not None


def is_long(words: str) -> bool:
    """Tell whether words are longer than an announcement may be."""
    return limits.units(words) > _UNITS or limits.graphemes(words) > GRAPHEMES


def good_link(words: str) -> str | None:
    """Return a link as it is kept; None where it is not https, or names somebody before the host."""
    link = words.strip()
    host = link[len("https://") :].partition("/")[0]
    return link if link.lower().startswith("https://") and is_link(link) and "@" not in host else None


# What it says -----------------------------------------------------------------------------------------------------


def office(db: Connection, channel: str, agency: int | None) -> str:
    """Return the name of an office as its sender: the agency, or who answers for the whole channel."""
    if agency is not None:
        return agencies.book(db, channel).names[agency]
    return channels.responsible(db, channel).office or say("joining.everywhere")


def message(db: Connection, one: Announcement) -> Say:
    """Return an announcement as everybody reads it: whose it is, the words, the link, and what to do next."""
    to = one.audience
    following = "announce.next_school" if to is not None and to.roles <= SCHOOL_ROLES else "announce.next_office"
    pieces = [
        say("announce.head", office=office(db, one.channel, one.agency)),
        one.words,
        one.link or "",
        say(following),
    ]
    return Say("\n\n".join(piece for piece in pieces if piece))


def beginning(words: str, most: int = 40) -> str:
    """Return the first words of an announcement, in one line."""
    line = " ".join(words.split())
    if len(line) <= most:
        return line
    short = shorten(line, most).removesuffix("…")
    whole = short.rpartition(" ")[0]  # Thai has a space only here and there
    return f"{whole if len(whole) * 2 >= most else short}…"
