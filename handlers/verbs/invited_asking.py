"""Verbs that answer what the invited ask about a meeting: when, where, the letter, the link; and one's own meetings."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from handlers import meetings_cards, meetings_seats
from handlers.flows.invited import MODE
from handlers.meetings import Invitation, Meeting
from handlers.meetings_pages import Page, Pass
from handlers.meetings_wording import answers, changeable, contact, facts, is_open, more, own, where
from handlers.messages.values import Act, Choice, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import clock
from handlers.verbs import invited_place
from handlers.verbs.invited_replies import closed
from handlers.verbs.invited_targets import current, mine, place_of, tapped
from models.meetings import MeetingState, Mode, Reply

SHOWN = 4
"""Meetings of which the card is shown at once."""
KEPT_OPEN = timedelta(days=1)
"""How long after its end a meeting's calendar entry can be fetched."""


def show_meetings(talk: Talk) -> Turn:
    """Show one's meetings, each with the own answer and the buttons to change it."""
    found = _about(talk)
    if not found:
        return _none(talk)
    cancelled = [one for one in found if one.meeting.state == MeetingState.CANCELLED]
    if cancelled and len(cancelled) == len(found):
        return closed(found[0], talk.heard.at)
    shown = [one for one in found if one.meeting.state == MeetingState.CALLED]
    by_meeting = {one.meeting.id: one.meeting for one in shown}
    lines = [_line(talk, one, shown) for one in shown]
    head = say("meeting_answers.mine_one" if len(by_meeting) == 1 else "meeting_answers.mine", n=len(by_meeting))
    cards = [meetings_cards.notice(meeting) for meeting in list(by_meeting.values())[:SHOWN]]
    return turn(Say("\n".join([head, *lines])), *cards)


def _about(talk: Talk) -> Sequence[Invitation]:
    """Return the invitations a button or words are about."""
    by_button = talk.act is not None and talk.act.value is not None  # the menu's names none
    return tapped(talk) if by_button else (current(talk) or mine(talk)[-1:])


def _none(talk: Talk) -> Turn:
    return turn(Say(say("meeting_answers.not_yours" if talk.act and talk.act.value else "meeting_answers.none")))


def _own(talk: Talk, one: Invitation) -> str:
    return say("meeting_answers.own_now", own=own(one.invitee, meetings_seats.line(talk.db, one.invitee)))


def _line(talk: Talk, one: Invitation, shown: Sequence[Invitation]) -> str:
    answer = own(one.invitee, meetings_seats.line(talk.db, one.invitee))
    several = sum(each.meeting.id == one.meeting.id for each in shown) > 1
    names = [meetings_cards.named(one.meeting)] if not several or _are_several(shown) else []
    for_whom = " · ".join([*names, *([place_of(talk, one)] if several else [])])
    return say("meeting_answers.own_line", name=for_whom, own=answer)


def _are_several(shown: Sequence[Invitation]) -> bool:
    """Tell whether these are invitations to more than one meeting."""
    return len({one.meeting.id for one in shown}) > 1


def tell_meeting_when(talk: Talk) -> Turn:
    """Say when one's meetings are."""
    return _told(talk, facts)


def tell_meeting_place(talk: Talk) -> Turn:
    """Say where one's meetings are, with the map."""
    return _told(talk, _where)


def _where(meeting: Meeting) -> str:
    lines = [meetings_cards.named(meeting), meetings_cards.when(meeting), where(meeting)]
    if meeting.map_url and meeting.has_room:
        lines.append(say("meeting_answers.map", url=meeting.map_url))
    return "\n".join(lines)


def tell_meeting_docs(talk: Talk) -> Turn:
    """Give the letter's number and link, and the agenda."""
    return _told(talk, _docs)


def _docs(meeting: Meeting) -> str:
    lines = [meetings_cards.named(meeting)]
    if meeting.letter:
        lines.append(say("meeting_answers.letter", letter=meeting.letter))
    if meeting.letter_url:
        lines.append(say("meeting_answers.letter_url", url=meeting.letter_url))
    if not (meeting.letter or meeting.letter_url):
        lines.append(say("meeting_answers.no_letter", contact=contact(meeting)))
    if meeting.agenda:
        lines.append(say("meeting_answers.agenda", agenda=meeting.agenda.strip()))
    return "\n".join(lines)


def tell_meeting_contact(talk: Talk) -> Turn:
    """Say whom to ask what the notice does not say."""
    return _told(talk, _contact)


def _contact(meeting: Meeting) -> str:
    lines = [facts(meeting)]
    if meeting.dress:
        lines.append(say("meeting_answers.dress", dress=meeting.dress))
    return "\n".join([*lines, contact(meeting)])


def _told(talk: Talk, words: Callable[[Meeting], str]) -> Turn:
    """Say something of each of one's meetings that is not over, with the own answer to it."""
    found = _about(talk)
    if not found:
        return _none(talk)
    last = found[-1]
    if last.meeting.state == MeetingState.CANCELLED:
        return closed(last, talk.heard.at)
    meetings = {one.meeting.id: one.meeting for one in found}
    said = [words(meeting) for meeting in meetings.values()]
    lines = [_line(talk, one, found) for one in found] if len(found) > 1 else [_own(talk, last)]
    buttons = answers(last.meeting, last.invitee) if len(found) == 1 and is_open(last.meeting, talk.heard.at) else ()
    shows = more(last.meeting, "meeting_show") if len(meetings) == 1 else ()
    return turn(Say("\n\n".join([*said, "\n".join(lines)]), (*buttons, *shows)))


def give_meeting_calendar(talk: Talk) -> Turn:
    """Give the link to the meeting's calendar entry."""
    found = _about(talk)
    if not found:
        return _none(talk)
    one = found[0]
    if one.meeting.state == MeetingState.CANCELLED or talk.heard.at >= one.meeting.ends_at:
        return closed(one, talk.heard.at)
    until = one.meeting.ends_at + KEPT_OPEN
    opens = Pass(talk.channel, talk.person.id, one.meeting.id, Page.CALENDAR, until)
    link = talk.page_to(opens) if talk.page_to else None
    if link is None:
        return turn(Say(say("meeting_answers.no_calendar", facts=facts(one.meeting))))
    return turn(Say(say("meeting_answers.calendar", facts=facts(one.meeting), link=link)))


# The link ----------------------------------------------------------------------------------------------------------


def tell_meeting_link(talk: Talk) -> Turn:
    """Give the link to who answered that they take part online; ask all others first whether they do. At any hour."""
    found = [one for one in _about(talk) if one.meeting.ends_at > talk.heard.at]
    if not found:
        known = _about(talk)
        return closed(known[-1], talk.heard.at) if known else _none(talk)
    if found[0].meeting.state == MeetingState.CANCELLED:
        return closed(found[0], talk.heard.at)
    online = [one for one in found if one.meeting.is_online]
    if not online:
        return turn(Say(say("meeting_answers.no_link", facts=facts(found[0].meeting)), answers(found[0].meeting)))
    entitled = {one.meeting.id: one for one in online if one.invitee.mode == Mode.CALL}
    if entitled:
        return turn(Say("\n\n".join(_link(one.meeting) for one in entitled.values())))
    return _ask_online(talk, online)


def _link(meeting: Meeting) -> str:
    known = {"name": meetings_cards.named(meeting), "link": meeting.link, "at": meetings_cards.when(meeting)}
    return say("meeting_answers.link_now", **known, contact=contact(meeting))


def _ask_online(talk: Talk, online: Sequence[Invitation]) -> Turn:
    """Ask whether one takes part online; a tap then brings the link."""
    one = online[0]
    if not is_open(one.meeting, talk.heard.at):
        known = {"start": clock(one.meeting.starts_at), "own": own(one.invitee), "contact": contact(one.meeting)}
        return turn(Say(say("meeting_answers.link_too_late", **known)))
    open_ones = [each for each in online if is_open(each.meeting, talk.heard.at)]
    if not talk.late:
        asked, sent = _same(open_ones), one.invitee.reply == Reply.DELEGATE
        invited_place.ask(talk, MODE, invitees=[each.invitee.id for each in asked], link=True, sent=sent)
    choices = [
        Choice(
            say("meeting_answers.label.meeting_online"),
            Act("meeting_online", question="link", revision=meeting.version, value=str(meeting.id)),
        )
        for meeting in {each.meeting.id: each.meeting for each in open_ones}.values()
    ]
    line = meetings_seats.line(talk.db, one.invitee)
    words = say("meeting_answers.link_first", facts=facts(one.meeting), own=own(one.invitee, line))
    return turn(Say(f"{words}\n{changeable()}", tuple(choices[:1])))


def _same(found: Sequence[Invitation]) -> list[Invitation]:
    """Return the invitations to the first meeting among these."""
    return [one for one in found if one.meeting.id == found[0].meeting.id]
