"""What is kept of a person in meetings and announcements: copied (PDPA s.30), and forgotten."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, exists, or_, select, update

from handlers.texts import say
from handlers.thai import moment
from models.announcements import AnnouncementState, announcement_bubbles, announcements
from models.meetings import MeetingState, Mode, Reply, checkin_guesses, checkins, invitees, meeting_answers, meetings

# The copy ---------------------------------------------------------------------------------------------------------

_mine: BindParameter[Any] = bindparam("person")
_here: BindParameter[Any] = bindparam("channel")
_ANSWERS = (
    select(meeting_answers, meetings.c.title)
    .join(invitees, invitees.c.id == meeting_answers.c.invitee_id)
    .join(meetings, meetings.c.id == invitees.c.meeting_id)
    .where(meeting_answers.c.channel_id == _here, meeting_answers.c.by == _mine)
)
_CHECKINS = (
    select(checkins, meetings.c.title)
    .join(meetings, meetings.c.id == checkins.c.meeting_id)
    .where(checkins.c.channel_id == _here, checkins.c.person_id == _mine)
)
_MADE = select(meetings.c.title, meetings.c.created_at).where(
    meetings.c.channel_id == _here, meetings.c.created_by == _mine
)
_ANNOUNCED = select(announcements.c.words, announcements.c.link, announcements.c.asked_at).where(
    announcements.c.channel_id == _here, announcements.c.person_id == _mine, announcements.c.words != ""
)
_REPLIES = {
    Reply.COMING: "my_data.meeting.coming",
    Reply.DELEGATE: "my_data.meeting.delegate",
    Reply.NO: "my_data.meeting.no",
    Reply.UNSURE: "my_data.meeting.unsure",
}
_MODES = {
    Mode.ROOM: "my_data.meeting.room",
    Mode.CALL: "my_data.meeting.call",
    Mode.BROADCAST: "my_data.meeting.broadcast",
}


def copied(db: Connection, channel: str, person: int) -> list[str]:
    """Return a person's answers to meetings, whom one named, where one came, what one called and announced; by time."""
    key = {"channel": channel, "person": person}
    found = [*_answers(db, key), *_came(db, key), *_written(db, key)]
    return [words for _, words in sorted(found, key=lambda one: one[0])]


def _answers(db: Connection, key: dict[str, Any]) -> Iterator[tuple[datetime, str]]:
    for row in db.execute(_ANSWERS, key):
        said = [say(_REPLIES[Reply(row.reply)]) if row.reply else "", say(_MODES[Mode(row.mode)]) if row.mode else ""]
        named = [row.delegate_name, row.delegate_position, row.reason]
        head = say("my_data.copy.meeting_answer", when=moment(row.at), title=row.title)
        yield row.at, f"{head}\n{' · '.join(filter(None, [*said, *named])) or say('my_data.meeting.taken_back')}"


def _came(db: Connection, key: dict[str, Any]) -> Iterator[tuple[datetime, str]]:
    for row in db.execute(_CHECKINS, key):
        head = say("my_data.copy.checkin", when=moment(row.at), title=row.title)
        people = [say("my_data.meeting.headcount", n=row.headcount)] if row.headcount is not None else []
        yield row.at, f"{head}\n{' · '.join([say(_MODES[Mode(row.mode)]), *people])}"


def _written(db: Connection, key: dict[str, Any]) -> Iterator[tuple[datetime, str]]:
    for row in db.execute(_MADE, key):
        yield row.created_at, f"{say('my_data.copy.meeting', when=moment(row.created_at))}\n{row.title}"
    for one in db.execute(_ANNOUNCED, key):
        words = "\n".join(filter(None, (one.words, one.link)))
        yield one.asked_at, f"{say('my_data.copy.announcement', when=moment(one.asked_at))}\n{words}"


# Forgetting -------------------------------------------------------------------------------------------------------

_BLANK: dict[str, Any] = {"delegate_name": None, "delegate_position": None, "reason": None}
_FORGET_ANSWERS = (
    update(meeting_answers)
    .where(meeting_answers.c.by == _mine, meeting_answers.c.channel_id == _here)
    .values(_BLANK | {"line_message_id": None})
)
_FORGET_REASON = (
    update(invitees).where(invitees.c.answered_by == _mine, invitees.c.channel_id == _here).values(reason=None)
)
_over = select(meetings.c.id).where(meetings.c.ends_at <= bindparam("now"))
_named = exists().where(  # at the check-in, whoever had answered before
    meeting_answers.c.invitee_id == invitees.c.id,
    meeting_answers.c.by == _mine,
    meeting_answers.c.delegate_name == invitees.c.delegate_name,
)
_FORGET_DELEGATES = (
    update(invitees)
    .where(invitees.c.channel_id == _here, invitees.c.meeting_id.in_(_over))
    .where(or_(invitees.c.answered_by == _mine, _named))
    .values(_BLANK)
)
_DRAFT_MEETINGS = delete(meetings).where(
    meetings.c.created_by == _mine, meetings.c.channel_id == _here, meetings.c.state == MeetingState.DRAFT
)
_written_by = select(announcements.c.id).where(announcements.c.person_id == _mine, announcements.c.channel_id == _here)
_FORGET_BUBBLES = delete(announcement_bubbles).where(announcement_bubbles.c.announcement_id.in_(_written_by))
_FORGET_DRAFTS = (
    update(announcements)
    .where(
        announcements.c.person_id == _mine,
        announcements.c.channel_id == _here,
        announcements.c.state.in_((AnnouncementState.DRAFT, AnnouncementState.DROPPED)),
    )
    .values(words="", link=None, state=AnnouncementState.DROPPED)
)
_FORGET_GUESSES = delete(checkin_guesses).where(checkin_guesses.c.person_id == _mine)


def forget(db: Connection, channel: str, person: int, now: datetime) -> None:
    """Forget a person's reasons, the delegates one named, and drafts never called or sent.

    A delegate who is still to come stays in the school's answer, for the register. What an office called and announced
    is the office's.
    """
    key = {"channel": channel, "person": person}
    db.execute(_FORGET_DELEGATES, key | {"now": now})
    for statement in (_FORGET_ANSWERS, _FORGET_REASON, _DRAFT_MEETINGS, _FORGET_BUBBLES, _FORGET_DRAFTS):
        db.execute(statement, key)


def leave(db: Connection, person: int) -> None:
    """Forget what a person guessed of check-in codes."""
    db.execute(_FORGET_GUESSES, {"person": person})
