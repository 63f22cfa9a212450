"""The deed of erasing a person: what goes, and what stays because it is the school's and leads to nobody any more."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from handlers import answer_rows, media, memberships, own_meetings, privacy, reports, sendings, wish_reasons
from models.people import contacts, join_requests, people
from models.report import AnswerState, PartKind, answers, parts
from models.report import reports as reports_table
from models.ticket import ticket_words, tickets

_LOCK = (
    select(people.c.line_user_id)
    .where(people.c.id == bindparam("person"), people.c.channel_id == bindparam("channel"))
    .with_for_update()
)


def lock(db: Connection, channel: str, person: int) -> str | None:
    """Lock a person until the transaction ends, and return the LINE id, None where it is forgotten already."""
    found: str | None = db.execute(_LOCK, {"channel": channel, "person": person}).scalar()
    return found


def erase(
    db: Connection, channel: str, person: int, user: str | None, now: datetime, *, by: int | None, last_words: str
) -> dict[str, int]:
    """Erase what is kept of a person; returns how much, for the trail. The caller holds the person's lock.

    Stays: what was sent in reports, what was decided and answered in office, all of it said by nobody that is known.
    last_words: the key of what is still to be said to the person, in a row that is blanked once it is said.
    """
    gone = {
        "drafts": _erase_drafts(db, channel, person, now),
        "words": db.execute(_ERASE_TALKS, {"who": person, "channel": channel, "now": now}).rowcount,
        "contacts": _erase_contacts(db, channel, person, now),
    }
    wish_reasons.forget(db, channel, person)
    own_meetings.forget(db, channel, person, now)
    db.execute(_ERASE_WHY, {"who": person, "channel": channel})
    privacy.unlink(db, channel, person, user, now, by=by, last_words=last_words)
    return gone


_talks = select(tickets.c.id).where(
    tickets.c.person_id == bindparam("who"), tickets.c.channel_id == bindparam("channel")
)
_ERASE_TALKS = (
    update(ticket_words)
    .where(ticket_words.c.ticket_id.in_(_talks), ticket_words.c.text.is_not(None))
    .values(text=None, removed_at=bindparam("now"))
)
_ERASE_WHY = (
    update(join_requests)
    .where(join_requests.c.person_id == bindparam("who"), join_requests.c.channel_id == bindparam("channel"))
    .values(why=None)
)


# Drafts -----------------------------------------------------------------------------------------------------------

_OWN = (
    select(answers.c.report_id, parts.c.id, parts.c.kind)
    .join(answers, answers.c.id == parts.c.answer_id)
    .where(parts.c.said_by == bindparam("who"), parts.c.channel_id == bindparam("channel"))
    .order_by(answers.c.report_id, parts.c.id)
)
_LOCK_REPORT = select(reports_table.c.id).where(reports_table.c.id == bindparam("report")).with_for_update()


def _erase_drafts(db: Connection, channel: str, person: int, now: datetime) -> int:
    """Erase the person's own words and files that were never sent, of whatever report; returns how many."""
    found: dict[int, dict[int, str]] = {}
    for row in db.execute(_OWN, {"who": person, "channel": channel}):
        found.setdefault(row.report_id, {})[row.id] = row.kind
    return sum(_erase_unsent(db, report, own, person, now) for report, own in found.items())


def _erase_unsent(db: Connection, report: int, own: dict[int, str], person: int, now: datetime) -> int:
    db.execute(_LOCK_REPORT, {"report": report})
    sent = {part for one in sendings.of(db, report) for answer in one.answers.values() for part in answer["parts"]}
    never = {part: kind for part, kind in own.items() if part not in sent}
    erase_parts(db, never, now)
    for answer in answer_rows.answers_of(db, report).values() if never else ():
        if answer.state == AnswerState.DONE and not reports.counts(db, answer):
            answer.state = AnswerState.OPEN
            answer_rows.save(db, answer, person, now)
    return len(never)


_ERASE_PART = update(parts).where(parts.c.id == bindparam("part"))


def erase_parts(db: Connection, own: dict[int, str], now: datetime) -> None:
    """Take parts out for good, given by their kind: the words now, a photo or file when the store is swept."""
    for part, kind in own.items():
        reports.unsend(db, part, now)
        db.execute(_ERASE_PART.values(text=None), {"part": part})  # also of what was taken out of the answer before
        if kind not in (PartKind.TEXT, PartKind.CHOICE):
            media.unsent(db, part)


# Contacts ---------------------------------------------------------------------------------------------------------

_FORGET_CONTACT = delete(contacts).where(
    contacts.c.school_id == bindparam("school"), contacts.c.channel_id == bindparam("channel")
)


def _erase_contacts(db: Connection, channel: str, person: int, now: datetime) -> int:
    """Erase the roster's name and telephone of schools that the person alone heads; returns of how many."""
    gone = 0
    for one in memberships.of_person(db, channel, person, now):
        heads = memberships.heads(db, channel, one.school, now) if one.school is not None else []
        if heads and all(head.person == person for head in heads):
            gone += db.execute(_FORGET_CONTACT, {"school": one.school, "channel": channel}).rowcount
    return gone
