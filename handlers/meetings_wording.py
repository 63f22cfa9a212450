"""How an invitation is said: the meeting in three lines, the own answer, what comes next, the buttons to change it."""

from datetime import datetime, timedelta

from handlers import meetings_cards
from handlers.meetings import Invitee, Meeting
from handlers.messages.values import Choice
from handlers.texts import say
from models.meetings import MeetingState, Mode, Reply

LINK_BEFORE = timedelta(minutes=30)
"""How long before the start the link is told to who takes part online."""


def facts(meeting: Meeting) -> str:
    """Return what, when and where, a line each."""
    return "\n".join([meetings_cards.named(meeting), meetings_cards.when(meeting), where(meeting)])


def where(meeting: Meeting) -> str:
    """Return the place, and whether one can take part online; never the link."""
    if not meeting.has_room:
        return say("meeting_answers.where.online")
    key = "meeting_answers.where.both" if meeting.is_online else "meeting_answers.where.room"
    return say(key, place=meeting.place)


def own(invitee: Invitee, line: int | None = None) -> str:
    """Return what was answered. line: one's turn for a seat."""
    if invitee.reply == Reply.DELEGATE:
        return say("meeting_answers.own.delegate", who=who(invitee), how=how(invitee, line))
    if invitee.reply == Reply.NO and invitee.reason:
        return say("meeting_answers.own.no_why", why=invitee.reason)
    if invitee.reply == Reply.COMING:
        return how(invitee, line)
    return say(f"meeting_answers.own.{invitee.reply or 'silent'}")


def how(invitee: Invitee, line: int | None = None) -> str:
    """Return by which mode somebody takes part."""
    if invitee.waits:
        return say("meeting_answers.own.waits", n=line) if line else say("meeting_answers.own.waits_short")
    if invitee.mode is None and invitee.reply == Reply.DELEGATE:
        return say("meeting_answers.own.open_delegate")
    return say(f"meeting_answers.own.{invitee.mode or 'open'}")


def who(invitee: Invitee) -> str:
    """Return who is sent: name and position, as far as they are known."""
    name, position = invitee.delegate_name, invitee.delegate_position
    return person(name, position) if name else position or say("meeting_answers.own.unnamed")


def person(name: str, position: str | None) -> str:
    """Return a name, with the position where it is known."""
    return say("meeting_answers.own.named", name=name, position=position) if position else name


def changeable() -> str:
    """Return until when the answer may be changed."""
    return say("meeting_answers.until")


def answers(meeting: Meeting, invitee: Invitee | None = None) -> tuple[Choice, ...]:
    """Return the buttons of the answers that a meeting takes, but for the one that was given."""
    acts = [do for do in meetings_cards.ANSWERS if meetings_cards.offers(meeting, do) and do != _given(invitee)]
    return tuple(_choice(meeting, do) for do in acts)


def _choice(meeting: Meeting, do: str) -> Choice:
    return Choice(say(f"meeting_answers.label.{do}"), meetings_cards.act(meeting, do))


def more(meeting: Meeting, *acts: str) -> tuple[Choice, ...]:
    """Return further buttons about a meeting."""
    return tuple(_choice(meeting, do) for do in acts)


def _given(invitee: Invitee | None) -> str | None:
    if invitee is None or invitee.reply is None:
        return None
    if invitee.reply == Reply.COMING:
        return {Mode.ROOM: "meeting_room", Mode.CALL: "meeting_online"}.get(invitee.mode or Mode.BROADCAST)
    return None if invitee.reply == Reply.DELEGATE else f"meeting_{invitee.reply}"


def contact(meeting: Meeting) -> str:
    """Return whom to call, where that is known."""
    known = meeting.contact
    return say("meeting_answers.call", contact=known) if known else say("meeting_answers.call_office")


def is_open(meeting: Meeting, at: datetime) -> bool:
    """Tell whether a meeting can still be answered at a moment."""
    return meeting.state == MeetingState.CALLED and at < meeting.starts_at
