"""The words of a meeting's reminders: to be answered, how one comes, the day, the link. Never any blame."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.meetings import Invitee, Meeting
from handlers.meetings_cards import ANSWERS, act, named, offers, typed, when
from handlers.messages.values import Choice, Say
from handlers.texts import say
from handlers.thai import clock, moment
from models.meetings import Mode, Reply


@dataclass(frozen=True, slots=True)
class Part:
    """One of the invited for which somebody is reminded. school: its name; None of an officer."""

    invitee: Invitee
    school: str | None


def message(kind: str, meeting: Meeting, said: str) -> Say:
    """Return a reminder as it is sent, with the buttons that go with its kind."""
    acts = ["meeting_show"]
    if kind == "answer":
        acts = [*(do for do in ANSWERS if offers(meeting, do)), "meeting_show"]
    elif kind == "coming":
        acts = ["meeting_show", "meeting_calendar", "meeting_no"]
    return Say(said, tuple(Choice(say(f"meeting.label.{do}"), act(meeting, do)) for do in acts))


def answer(meeting: Meeting, parts: Sequence[Part], now: datetime) -> str:
    """Return what is said to who has not answered yet."""
    lines = [say("meeting_reminder.answer", title=named(meeting), when=when(meeting))]
    lines += [_where(meeting)] if meeting.place else []
    if len(parts) > 1:
        lines.append(say("meeting_reminder.schools", schools=", ".join(one.school or "" for one in parts)))
    if meeting.answer_by is not None and meeting.answer_by > now:
        lines.append(say("meeting_reminder.answer_by", answer_by=moment(meeting.answer_by)))
    return "\n".join([*lines, say("meeting_reminder.how_to_answer", words=typed(meeting))])


def coming(meeting: Meeting, parts: Sequence[Part], _: datetime) -> str:
    """Return what is said to who comes: how they said they would."""
    lines = [say("meeting_reminder.coming", title=named(meeting), when=when(meeting))]
    for one in parts:
        lines += [say("meeting_reminder.school", school=one.school)] if len(parts) > 1 else []
        lines += _how(meeting, one.invitee)
    lines += [say("meeting_reminder.map", url=meeting.map_url)] if meeting.map_url and _any_in_room(parts) else []
    return "\n".join([*lines, say("meeting_reminder.may_change")])


def _any_in_room(parts: Sequence[Part]) -> bool:
    return any(one.invitee.mode != Mode.CALL for one in parts)


def _how(meeting: Meeting, invitee: Invitee) -> list[str]:
    lines = []
    if invitee.reply == Reply.DELEGATE:
        name = " ".join(filter(None, (invitee.delegate_name, invitee.delegate_position)))
        lines.append(say("meeting_reminder.delegate", name=name) if name else say("meeting_reminder.delegate_unnamed"))
    if invitee.waits:
        return [*lines, say("meeting_reminder.waits_or_online" if meeting.is_online else "meeting_reminder.waits")]
    mode = invitee.mode or meeting.only_mode
    if mode is None:
        return [*lines, say("meeting_reminder.which")]
    if mode == Mode.CALL:
        return [*lines, say("meeting_reminder.online")]
    lines.append(_where(meeting))
    return [*lines, say("meeting_reminder.seat")] if invitee.seated_at and meeting.seats is not None else lines


def _where(meeting: Meeting) -> str:
    return say("meeting.row", field=say("meeting.field.place"), value=meeting.place)


def room(meeting: Meeting, _: Sequence[Part], __: datetime) -> str:
    """Return what is said on the day to who comes to the room."""
    lines = [say("meeting_reminder.room", title=named(meeting), when=when(meeting)), _where(meeting)]
    lines += [say("meeting_reminder.map", url=meeting.map_url)] if meeting.map_url else []
    return "\n".join([*lines, say("meeting_reminder.room_code")])


def link(meeting: Meeting, _: Sequence[Part], __: datetime) -> str:
    """Return the online link, for who takes part online."""
    starts = clock(meeting.starts_at)
    return say("meeting_reminder.link", title=named(meeting), starts=starts, url=meeting.link)
