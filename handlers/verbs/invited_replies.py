"""What the invited hear: what was kept and what comes next, what is still asked, why an answer cannot be taken."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from handlers import meetings_cards, meetings_seats
from handlers.flows.invited import MODE, NAME, REASON
from handlers.meetings import Invitation
from handlers.meetings_answers import Outcome, Taken
from handlers.meetings_wording import (
    LINK_BEFORE,
    answers,
    changeable,
    contact,
    facts,
    more,
    own,
    who,
)
from handlers.messages.values import Act, Choice, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import clock, moment
from handlers.verbs.invited_targets import place_of, speaks_for_several
from handlers.wording import slots
from models.meetings import MeetingState, Mode, Reply


def kept(talk: Talk, all_of_them: Sequence[tuple[Invitation, Outcome]], *, link: bool = False) -> Turn:
    """Say what was kept and what comes next; link: it was asked for, and is given to who takes part online."""
    one, _ = all_of_them[0]
    several = len(all_of_them) > 1 or speaks_for_several(talk)
    lines = [_line(talk, each, came, several) for each, came in all_of_them]
    words = "\n".join([say("meeting_answers.kept"), *lines, "", facts(one.meeting)])
    comes = [_comes(one, talk.now, link=link), changeable(), _back(talk)]
    choices = (*more(one.meeting, "meeting_calendar"), *answers(one.meeting, one.invitee))
    if one.invitee.reply == Reply.NO:
        choices = answers(one.meeting, one.invitee)
    return turn(Say(f"{words}\n\n" + "\n".join(filter(None, comes)), choices))


def _back(talk: Talk) -> str:
    """Return which question of the report the talk goes back to, in the midst of one."""
    question = talk.question if talk.standing is not None and talk.writable else None
    return f"\n{say('report.here', **slots(talk, question))}" if question else ""


def _line(talk: Talk, one: Invitation, outcome: Outcome, several: bool) -> str:
    answer = own(one.invitee, outcome.line)
    return f"{place_of(talk, one)}: {answer}" if several else answer


def _comes(one: Invitation, now: datetime, *, link: bool) -> str:
    """Return what comes next."""
    mine, meeting = one.invitee, one.meeting
    if mine.waits:
        return say("meeting_answers.next.waits" if meeting.is_online else "meeting_answers.next.waits_room")
    if mine.mode == Mode.CALL:
        return _link_comes(one, now, link=link)
    if mine.mode == Mode.ROOM:
        return say("meeting_answers.next.seat" if meeting.seats is not None else "meeting_answers.next.room")
    if mine.reply == Reply.UNSURE:
        by = meeting.answer_by if meeting.answer_by and meeting.answer_by > now else None
        return say("meeting_answers.next.unsure_by", by=moment(by)) if by else say("meeting_answers.next.unsure")
    return say("meeting_answers.next.no") if mine.reply == Reply.NO else ""


def _link_comes(one: Invitation, now: datetime, *, link: bool) -> str:
    """Return the link where it was asked for or the meeting is about to begin, else when it comes."""
    sent = one.invitee.reply == Reply.DELEGATE
    if link or now >= one.meeting.starts_at - LINK_BEFORE:
        return say("meeting_answers.link_for_delegate" if sent else "meeting_answers.link", link=one.meeting.link)
    at = clock(one.meeting.starts_at - LINK_BEFORE)
    return say("meeting_answers.next.call_delegate" if sent else "meeting_answers.next.call", at=at)


# What is still asked ------------------------------------------------------------------------------------------------


def ask(one: Invitation, step: str, lead: str = "") -> Turn:
    """Ask for what an answer lacks; what there is of it is kept already."""
    asked = {MODE: _ask_mode, NAME: _ask_name, REASON: _ask_reason}.get(step, _ask_position)(one)
    return turn(Say("\n\n".join(filter(None, (lead, asked.text))), asked.choices))


def _ask_mode(one: Invitation) -> Say:
    sent = one.invitee.reply == Reply.DELEGATE
    key = "meeting_answers.ask.delegate_mode" if sent else "meeting_answers.ask.mode"
    question = "sent" if sent else None
    made = [
        Choice(
            say(f"meeting_answers.label.{do}"),
            Act(do, question=question, revision=one.meeting.version, value=str(one.meeting.id)),
        )
        for do in ("meeting_room", "meeting_online")
    ]
    return Say(say(key, who=who(one.invitee), facts=facts(one.meeting)), tuple(made))


def _ask_name(one: Invitation) -> Say:
    position = one.invitee.delegate_position
    if one.invitee.delegate_name:
        words = say("meeting_answers.ask.another", who=who(one.invitee), facts=facts(one.meeting))
        return Say(words, (Choice(say("meeting_answers.label.same"), _skip(one)),))
    if position:
        return Say(say("meeting_answers.ask.name_of", position=position, facts=facts(one.meeting)), _later(one))
    return Say(say("meeting_answers.ask.name", facts=facts(one.meeting)), _later(one))


def _ask_position(one: Invitation) -> Say:
    return Say(say("meeting_answers.ask.position", name=one.invitee.delegate_name or ""), _later(one))


def _ask_reason(one: Invitation) -> Say:
    skip = Choice(say("meeting_answers.label.no_reason"), _skip(one))
    return Say(say("meeting_answers.ask.reason", facts=facts(one.meeting)), (skip,))


def _later(one: Invitation) -> tuple[Choice, ...]:
    return (Choice(say("meeting_answers.label.later"), _skip(one)),)


def _skip(one: Invitation) -> Act:
    return Act("meeting_skip", value=str(one.invitee.id))


def left(talk: Talk, asked: Sequence[Invitation], step: str) -> Turn:
    """Say what stays kept of somebody who did not say what was asked."""
    one = asked[0]
    line = meetings_seats.line(talk.db, one.invitee)
    if step == REASON:
        return kept(talk, [(each, Outcome(Taken.KEPT, each.invitee)) for each in asked])
    unnamed = one.invitee.reply == Reply.DELEGATE and not (one.invitee.delegate_name and one.invitee.delegate_position)
    key = "meeting_answers.left_delegate" if unnamed else "meeting_answers.left"
    words = say(key, own=own(one.invitee, line), facts=facts(one.meeting))
    return turn(Say(f"{words}\n{changeable()}", answers(one.meeting, one.invitee)))


# Why not ------------------------------------------------------------------------------------------------------------


def refused(one: Invitation, outcome: Outcome, at: datetime) -> Turn:
    """Say why an answer was not taken, what is true now, and what can be done."""
    meeting, mine = one.meeting, outcome.invitee
    if outcome.taken == Taken.OLDER:
        words = say("meeting_answers.older", own=own(mine, outcome.line), facts=facts(meeting))
        return turn(Say(words, answers(meeting, mine)))
    if outcome.taken in (Taken.NO_ROOM, Taken.NOT_ONLINE):
        key = "meeting_answers.no_room" if outcome.taken == Taken.NO_ROOM else "meeting_answers.not_online"
        return turn(Say(say(key, own=own(mine, outcome.line), facts=facts(meeting)), answers(meeting, mine)))
    if outcome.taken == Taken.CHECKED_IN:
        return turn(Say(say("meeting_answers.checked_in", facts=facts(meeting))))
    return closed(one, at)


def closed(one: Invitation, at: datetime) -> Turn:
    """Say that a meeting is cancelled, has begun or is over, and what can be done."""
    meeting = one.meeting
    if meeting.state == MeetingState.CANCELLED:
        return turn(meetings_cards.cancelled(meeting))
    known = {"facts": facts(meeting), "start": clock(meeting.starts_at), "own": own(one.invitee)}
    if at >= meeting.ends_at:
        return turn(Say(say("meeting_answers.over", **known, contact=contact(meeting))))
    return turn(Say(say("meeting_answers.started", **known, contact=contact(meeting)), _at_the_door(one)))


def _at_the_door(one: Invitation) -> tuple[Choice, ...]:
    """Return the way to the link for those who take part online."""
    return more(one.meeting, "meeting_link") if one.invitee.mode == Mode.CALL else ()


def changed_since(db: Connection, found: Sequence[Invitation]) -> Turn:
    """Answer an old button: it writes nothing; how the meeting is now, with fresh buttons."""
    one = found[0]
    words = say("meeting_answers.changed_since", own=own(one.invitee, meetings_seats.line(db, one.invitee)))
    return turn(Say(words), meetings_cards.notice(one.meeting))
