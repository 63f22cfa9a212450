"""Changing and cancelling a meeting that was called.

Who has not heard yet what was said of a meeting does not hear it any more: a change takes back what waits and says the
sum of all changes since what each person knows; who knows nothing yet gets the notice as it stands now. A cancelled
meeting is told only to those who know of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from handlers import meetings, meetings_again, meetings_cards, meetings_seats, meetings_telling
from handlers.audit import note
from handlers.meetings import Meeting
from handlers.meetings_again import asks_again
from handlers.meetings_cards import SILENT, Change
from handlers.meetings_drafts import BadMeeting, Draft, Trouble, check
from handlers.meetings_telling import CALLED, CANCELLED, CHANGED, Hearer
from handlers.outbox import Words
from models.meetings import MeetingState, meeting_versions
from models.meetings import meetings as table
from models.outbox import Priority

LONGEST_WHY = 300
"""Characters of a reason for cancelling."""
_VERSIONS = (
    select(meeting_versions.c.version, meeting_versions.c.changed)
    .where(meeting_versions.c.meeting_id == bindparam("meeting"))
    .order_by(meeting_versions.c.version)
)
_ADD = insert(meeting_versions)
_SET = update(table).where(table.c.id == bindparam("meeting"))
_CANCEL = _SET.values(state=MeetingState.CANCELLED, cancelled_at=bindparam("at"), cancelled_why=bindparam("why"))


def change(db: Connection, channel: str, meeting: int, draft: Draft, by: int | None, now: datetime) -> int:
    """Change a called meeting and tell those who know of it what changed; return its version then.

    Nothing changed: the version it has. All are asked again where the day or the place has changed. A change of seats
    only is no new version, and told to those whose seat it gives or takes.

    Raises:
        BadMeeting: it cannot be so, is not called, or has begun; who is invited cannot be changed.
    """
    was = _changeable(meetings.locked(db, channel, meeting), draft, now)
    fields = difference(Draft.of(was).data(), draft.data())
    if not fields:
        return was.version
    told = fields.keys() - SILENT
    version = was.version + bool(told)
    db.execute(_SET.values(**_values(draft), version=version), {"meeting": meeting})
    new = meetings.found(db, channel, meeting)
    if new is None:
        raise LookupError(meeting)
    if told:
        _new_version(db, was, new, fields, by, now)
    if "seats" in fields:
        meetings_seats.reseat(db, new, now)
    note(db, channel, "meeting.changed", now, person=by, meeting=meeting, version=version, fields=" ".join(fields))
    return version


def _changeable(was: Meeting | None, draft: Draft, now: datetime) -> Meeting:
    if was is None or was.state != MeetingState.CALLED:
        raise BadMeeting(Trouble.NOT_CALLED)
    if was.starts_at <= now:
        raise BadMeeting(Trouble.STARTED)
    troubles = check(draft, now) + ([] if draft.audience == was.audience else [Trouble.OTHER_AUDIENCE])
    if troubles:
        raise BadMeeting(*troubles)
    return was


def _values(draft: Draft) -> dict[str, Any]:
    return {name: value for name, value in draft.values().items() if name != "audience"}


def difference(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return what differs of a meeting's data: field → [before, after]."""
    return {name: [was[name], now[name]] for name in now if name != "audience" and was[name] != now[name]}


def _new_version(
    db: Connection, was: Meeting, new: Meeting, fields: Mapping[str, Sequence[Any]], by: int | None, now: datetime
) -> None:
    asks = asks_again(Draft.of(was).data(), Draft.of(new).data())
    row = {"meeting_id": new.id, "version": new.version, "channel_id": new.channel, "at": now, "by": by}
    db.execute(_ADD, row | {"changed": dict(fields), "asks_again": asks})
    meetings_telling.take_back(db, new, now, seats=asks)
    _tell(db, was, new, now)


def as_of(db: Connection, meeting: Meeting) -> dict[int, dict[str, Any]]:
    """Return the data of a meeting as it stood in each of its versions."""
    data, found = Draft.of(meeting).data(), {}
    for row in reversed(db.execute(_VERSIONS, {"meeting": meeting.id}).all()):
        found[row.version] = data
        data = data | {name: pair[0] for name, pair in row.changed.items()}
    return found


def _tell(db: Connection, was: Meeting, new: Meeting, now: datetime) -> None:
    """Tell everybody what they do not know: the whole, or what has changed since."""
    known, data, company = meetings_telling.known(db, new.id), as_of(db, new), meetings_telling.company(db, new, now)
    meetings_again.settle(db, new, data, known, company, now)
    words: dict[int | None, Words | None] = {None: meetings_telling.words_of(meetings_cards.notice(new))}
    for version in {one.version for one in known.values()}:
        words[version] = _changed(new, data[version], data[new.version])
    told: dict[str, list[tuple[Hearer, Words]]] = {CALLED: [], CHANGED: []}
    for one in company.hearers.values():
        knows = known[one.person].version if one.person in known else None
        said = words[knows]
        if said is not None:
            told[CHANGED if knows else CALLED].append((one, said))
    at = meetings_telling.moment_of_call(db, new, now)
    meetings_telling.tell(db, new, told[CALLED], f"{CALLED}:{new.version}", now, at, Priority.MEETING)
    at = meetings_telling.moment_of_change(db, new, now, was.starts_at)
    meetings_telling.tell(db, new, told[CHANGED], f"{CHANGED}:{new.version}", now, at, Priority.MEETING_CHANGE)


def _changed(new: Meeting, was: Mapping[str, Any], now: Mapping[str, Any]) -> Words | None:
    """Return the words for those who know a meeting as it was; None where they know it as it is."""
    fields = {name: pair for name, pair in difference(was, now).items() if name not in SILENT}
    change = Change(fields, asks_again(was, now))
    return meetings_telling.words_of(meetings_cards.changed(new, change)) if fields else None


def cancel(db: Connection, channel: str, meeting: int, by: int | None, why: str | None, now: datetime) -> bool:
    """Cancel a meeting that is not over, or drop a draft; False where neither can be.

    Who knows of it is told; from who does not yet it is taken back.
    """
    was = meetings.locked(db, channel, meeting)
    if was is None or was.state == MeetingState.CANCELLED or was.ends_at <= now:
        return False
    why = " ".join((why or "").split())[:LONGEST_WHY] or None
    db.execute(_CANCEL, {"meeting": meeting, "at": now, "why": why})
    new = meetings.found(db, channel, meeting)
    if was.state == MeetingState.CALLED and new is not None:
        _tell_cancelled(db, new, now)
    note(db, channel, "meeting.cancelled", now, person=by, meeting=meeting)
    return True


def _tell_cancelled(db: Connection, meeting: Meeting, now: datetime) -> None:
    meetings_telling.take_back(db, meeting, now)
    known = meetings_telling.known(db, meeting.id)
    words = meetings_telling.words_of(meetings_cards.cancelled(meeting))
    hearers = meetings_telling.company(db, meeting, now).hearers
    told = [(one, words) for one in hearers.values() if one.person in known]
    at = meetings_telling.moment_of_change(db, meeting, now)
    meetings_telling.tell(db, meeting, told, CANCELLED, now, at, Priority.MEETING_CHANGE, meeting.ends_at)
