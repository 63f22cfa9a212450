"""Which answers hold after a change: none to another day or place, but again those whose day and place are back.

A meeting that is moved, and moved back before somebody has heard of it, has not been moved for them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from handlers import checkins, meetings_answers, meetings_seats
from handlers.meetings import Meeting
from handlers.meetings_telling import Company, Known
from handlers.thai import today
from models.meetings import Mode, invitees, meeting_answers

Data = Mapping[str, Any]
"""A meeting as ``Draft.data`` has it."""


def asks_again(was: Data, now: Data) -> bool:
    """Tell whether an answer given to a meeting as it was does not hold for it as it is: another day or place, or the
    call it was to be joined by is no more."""
    moved = _day(was["starts_at"]) != _day(now["starts_at"]) or was["place"] != now["place"]
    return moved or (_is_online(was) and not _is_online(now))


def _day(moment: str) -> object:
    return today(datetime.fromisoformat(moment))


def _is_online(data: Data) -> bool:
    return bool(data["online_url"] or data["broadcast_url"])


_later = meeting_answers.alias("later")
_newest = (
    select(_later.c.id)
    .where(_later.c.invitee_id == invitees.c.id)
    .order_by(_later.c.at.desc(), _later.c.id.desc())  # what reached us last may have been said before
    .limit(1)
    .scalar_subquery()
)
_LAST = (
    select(meeting_answers, invitees.c.school_id, invitees.c.person_id)
    .join(invitees, invitees.c.id == meeting_answers.c.invitee_id)
    .where(
        invitees.c.channel_id == bindparam("channel"),
        invitees.c.meeting_id == bindparam("meeting"),
        invitees.c.reply.is_(None),
        meeting_answers.c.id == _newest,
        meeting_answers.c.reply.is_not(None),
    )
)
_KEEP = update(invitees).where(invitees.c.id == bindparam("invitee"))
_KEPT = ("reply", "mode", "delegate_name", "delegate_position", "reason")


def settle(
    db: Connection,
    meeting: Meeting,
    data: Mapping[int, Data],
    known: Mapping[int, Known],
    company: Company,
    now: datetime,
) -> None:
    """Keep the answers that hold for a meeting as it stands, and no others. It must be locked.

    data: the meeting as it was in each version. known: who was told of which, after what nobody heard was taken back.
    """
    current = data[meeting.version]
    if not asks_again(data[meeting.version - 1], current):
        return
    meetings_answers.ask_again(db, meeting)
    checkins.void(db, meeting, now)
    holds = {version for version, was in data.items() if not asks_again(was, current)}
    for row in db.execute(_LAST, {"channel": meeting.channel, "meeting": meeting.id}).all():
        heard = {known[person].version for person in _of(row, company) if person in known}
        if row.version in holds and heard <= holds:
            _hold(db, row)
    meetings_seats.reseat(db, meeting, now, tells=False)


def _of(row: Any, company: Company) -> set[int]:
    """Return who speaks for one of the invited, and who answered."""
    speakers = {one.person for one in company.hearers.values() if row.school_id in one.schools}
    return speakers | {person for person in (row.person_id, row.by) if person is not None}


def _hold(db: Connection, row: Any) -> None:
    held = {name: getattr(row, name) for name in _KEPT} | {"answered_by": row.by, "answered_at": row.at}
    held |= {"version": row.version, "waits_since": row.at if row.mode == Mode.ROOM else None}
    db.execute(_KEEP, held | {"invitee": row.invitee_id})
