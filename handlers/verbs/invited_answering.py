"""Verbs of answering a meeting: a tap or a sentence is kept at once; what is still missing is asked afterwards.

An old button never writes: it says what is true now, and offers it. In the midst of anything else the talk goes on
where it was, as soon as the meeting is answered.
"""

from collections.abc import Sequence
from dataclasses import replace

from handlers import meetings
from handlers.flows.invited import MODE, NAME, POSITION, REASON
from handlers.heard import Kind
from handlers.meetings import Invitation, Meeting
from handlers.meetings_answers import Answer, Outcome, Taken, answer, fresh, standing_answer
from handlers.meetings_wording import is_open
from handlers.messages.values import Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs import invited_place, invited_replies
from handlers.verbs.invited_targets import (
    answerable,
    ask_which,
    current,
    mine,
    picked,
    remembered,
    said_before,
    tapped,
)  # fmt: skip
from handlers.words import Intent, Understood, clean, private_number
from handlers.words.meeting_slots import person_in, position_in, reason_in, says_oneself
from handlers.words.meeting_words import MeetingWords
from models.meetings import Mode, Reply

OF_DELEGATE = "sent"
"""What a button names as its question that says how the delegate takes part."""
FOR_LINK = "link"
"""… and one with which somebody answers who has asked for the link."""


def answer_meeting(talk: Talk) -> Turn:
    """Keep an answer, tapped or typed; ask which meeting is meant where that is not clear."""
    said = talk.meeting or MeetingWords("meeting_show")
    if talk.act is not None:
        return _tapped(talk, said)
    asked = [one for one in remembered(talk) if is_open(one.meeting, talk.heard.at)]
    among = asked if _goes_on(talk, said) and asked else answerable(talk)
    if not among:
        return _too_late(talk)
    if len(among) > 1 and among is not asked:
        return ask_which(talk, among, said)
    return give(talk, among, said)


def _goes_on(talk: Talk, said: MeetingWords) -> bool:
    """Tell whether typed words answer what was asked of a meeting: its mode, above all."""
    return talk.place.step == MODE or (talk.place.step in (NAME, POSITION, REASON) and said.does != "meeting_show")


def _too_late(talk: Talk) -> Turn:
    """Say why there is nothing to answer: all has begun, or is cancelled."""
    invited_place.leave(talk)
    known = current(talk) or mine(talk)[-1:]
    return invited_replies.closed(known[-1], talk.heard.at)


def _tapped(talk: Talk, said: MeetingWords) -> Turn:
    found = tapped(talk)
    if not found:
        return turn(Say(say("meeting_answers.not_yours")))
    meeting = found[0].meeting
    if not is_open(meeting, talk.heard.at):
        invited_place.leave(talk)
        return invited_replies.closed(found[0], talk.heard.at)
    if talk.act is None or talk.act.revision != meeting.version:
        invited_place.leave(talk)
        return invited_replies.changed_since(talk.db, found)
    asked = [one for one in remembered(talk) if one.meeting.id == meeting.id]
    if len(found) > 1 and not (asked and talk.act.question):
        return ask_which(talk, found, said)
    return give(talk, asked if asked and talk.act.question else found, said)


def pick_meeting(talk: Talk) -> Turn:
    """Take the choice of a meeting or school, and answer it with what was said before."""
    said, asked = said_before(talk), remembered(talk)
    if said is None or not asked:
        return turn(Say(say("meeting_answers.button_over")))
    chosen, bubble = picked(talk), talk.place.memo["said"]["bubble"]
    return give(talk, chosen, said, bubble) if chosen else ask_which(talk, asked, said, bubble)


def give(talk: Talk, to: Sequence[Invitation], said: MeetingWords, bubble: str | None = None) -> Turn:
    """Keep one answer for all these invitations; say what was kept, and ask what is missing."""
    bubble = bubble or talk.heard.message_id
    made = [(one, _answer_of(talk, one, said)) for one in to]
    return _keep(talk, made, bubble)


def _keep(talk: Talk, made: Sequence[tuple[Invitation, Answer]], bubble: str | None) -> Turn:
    came = [(one, _kept(talk, one, given, bubble)) for one, given in made]
    outcomes = [(replace(one, invitee=outcome.invitee), outcome) for one, outcome in came]
    refused = next((pair for pair in outcomes if pair[1].taken != Taken.KEPT), None)
    if refused is not None:
        invited_place.leave(talk)
        return invited_replies.refused(*refused, talk.heard.at)
    return _next(talk, outcomes)


def _kept(talk: Talk, one: Invitation, given: Answer, bubble: str | None) -> Outcome:
    meeting = meetings.locked(talk.db, talk.channel, one.meeting.id) or one.meeting
    if meeting.version != one.meeting.version:
        return Outcome(Taken.OLDER, fresh(talk.db, meeting, one.invitee))
    return answer(talk.db, meeting, one.invitee, given, talk.person.id, talk.heard.at, bubble, talk.now)


def _answer_of(talk: Talk, one: Invitation, said: MeetingWords) -> Answer:
    """Return the answer that words or a button make, with what is known of the one before."""
    known = standing_answer(one.invitee)
    if said.does == "meeting_no":
        return Answer(Reply.NO, reason=said.reason)
    if said.does == "meeting_unsure":
        return Answer(Reply.UNSURE)
    if said.does == "meeting_delegate":
        return _delegate(one.meeting, known, said)
    mode = _mode(one.meeting, said)
    if known is not None and known.reply == Reply.DELEGATE and _of_delegate(talk):
        return replace(known, mode=mode or known.mode)
    if mode is None and known is not None and known.reply == Reply.COMING:
        mode = known.mode
    return Answer(Reply.COMING, mode)


def _of_delegate(talk: Talk) -> bool:
    """Tell whether a mode is the delegate's: it was asked for just now, or the button says so."""
    if talk.act is not None:
        return talk.act.question in (OF_DELEGATE, FOR_LINK)
    asked = talk.place.step in (MODE, NAME, POSITION) and bool(talk.place.memo.get(OF_DELEGATE))
    return asked and not says_oneself(talk.heard.text)


def _mode(meeting: Meeting, said: MeetingWords) -> Mode | None:
    """Return the mode that was said, or the only one that there is."""
    if said.does in ("meeting_room", "meeting_online"):
        return Mode.CALL if said.does == "meeting_online" else Mode.ROOM
    if said.online is not None:
        return Mode.CALL if said.online else Mode.ROOM
    return meeting.only_mode


def _delegate(meeting: Meeting, known: Answer | None, said: MeetingWords) -> Answer:
    """Return who is sent: somebody new where words say so; a tap alone leaves who was named before."""
    took_part = known if known is not None and known.reply in (Reply.COMING, Reply.DELEGATE) else None
    mode = _mode(meeting, said) or (took_part.mode if took_part else None)
    if said.name is None and said.position is None and known is not None and known.reply == Reply.DELEGATE:
        return replace(known, mode=mode)
    return Answer(Reply.DELEGATE, mode, said.name, said.position)


# What is still missing ----------------------------------------------------------------------------------------------


def _next(talk: Talk, kept: Sequence[tuple[Invitation, Outcome]]) -> Turn:
    """Ask what an answer lacks; where nothing, say what was kept and what comes next, and go back to the talk."""
    one = kept[0][0]
    step = None if talk.late else _missing(talk, one)
    if step is None:
        asked = _asked_for_link(talk)
        invited_place.leave(talk)
        return invited_replies.kept(talk, kept, link=asked)
    memo = {"link": True} if _asked_for_link(talk) else {}
    invitees = [each.invitee.id for each, _ in kept]
    sent = one.invitee.reply == Reply.DELEGATE
    invited_place.ask(talk, step, invitees=invitees, **{OF_DELEGATE: sent}, **memo)
    return invited_replies.ask(one, step)


def _missing(talk: Talk, one: Invitation) -> str | None:
    mine = one.invitee
    if mine.reply == Reply.DELEGATE and (mine.delegate_name is None or _sends_another(talk)):
        return NAME
    if mine.reply == Reply.DELEGATE and mine.delegate_position is None:
        return POSITION
    if mine.reply in (Reply.COMING, Reply.DELEGATE) and mine.mode is None:
        return MODE
    return REASON if mine.reply == Reply.NO and mine.reason is None and not _reason_was_asked(talk) else None


def _sends_another(talk: Talk) -> bool:
    """Tell whether a delegate is sent without a name again: perhaps somebody else than was named."""
    said = talk.meeting
    return said is not None and said.does == "meeting_delegate" and said.name is None and said.position is None


def _reason_was_asked(talk: Talk) -> bool:
    return talk.place.step == REASON and talk.meeting is not None and talk.meeting.does == "meeting_skip"


def _asked_for_link(talk: Talk) -> bool:
    by_button = talk.act is not None and talk.act.question == FOR_LINK
    return by_button or bool(talk.place.memo.get("link"))


def take_delegate_name(talk: Talk) -> Turn:
    """Take the name of who is sent, and the position where it came along."""
    if (odd := _odd_words(talk)) is not None:
        return odd
    name, position = person_in(talk.heard.text)
    return _with_words(talk, name=name, position=position, step=NAME)


def take_delegate_position(talk: Talk) -> Turn:
    """Take the position of who is sent."""
    return _odd_words(talk) or _with_words(talk, position=position_in(talk.heard.text), step=POSITION)


def take_meeting_reason(talk: Talk) -> Turn:
    """Take why one cannot come."""
    if (odd := _odd_words(talk)) is not None:
        return odd
    reason = reason_in(talk.heard.text) or " ".join(clean(talk.heard.text).split())
    asked = remembered(talk)
    return _keep(talk, [(one, Answer(Reply.NO, reason=reason)) for one in asked], talk.heard.message_id)


def _odd_words(talk: Talk) -> Turn | None:
    """Answer what cannot be taken for words: nothing is asked any more, an identity number, a picture."""
    asked = remembered(talk)
    if not asked:
        invited_place.leave(talk)
        return turn(Say(say("meeting_answers.button_over")))
    if talk.heard.kind != Kind.TEXT or not clean(talk.heard.text):
        return invited_replies.ask(asked[0], talk.place.step, say("meeting_answers.words_please"))
    if private_number(talk.heard.text):
        talk.understood = Understood(Intent.SENSITIVE)  # nor is it kept with the event
        return invited_replies.ask(asked[0], talk.place.step, say("meeting_answers.id_number"))
    return None


def _with_words(talk: Talk, *, step: str, name: str | None = None, position: str | None = None) -> Turn:
    """Keep what was said of the delegate beside what is known; where nothing was, ask again."""
    asked = remembered(talk)
    if name is None and position is None:
        return invited_replies.ask(asked[0], step, say("meeting_answers.not_a_name"))
    made = []
    for one in asked:
        known = standing_answer(one.invitee)
        known = known if known is not None and known.reply == Reply.DELEGATE else Answer(Reply.DELEGATE)
        made.append((one, _with(known, name, position)))
    return _keep(talk, made, talk.heard.message_id)


def _with(known: Answer, name: str | None, position: str | None) -> Answer:
    if name is not None and known.delegate_name not in (None, name):
        return replace(known, delegate_name=name, delegate_position=position)  # somebody else
    return replace(
        known, delegate_name=name or known.delegate_name, delegate_position=position or known.delegate_position
    )  # fmt: skip


def skip_meeting_words(talk: Talk) -> Turn:
    """Leave the answer as it is kept: without a reason; a delegate's name may come later."""
    step, asked = talk.place.step, remembered(talk)
    if not invited_place.stands_here(talk) or not asked or (talk.act and not _is_of(talk, asked)):
        invited_place.leave(talk)
        return turn(Say(say("meeting_answers.button_over")))
    invited_place.leave(talk)
    return invited_replies.left(talk, asked, step)


def _is_of(talk: Talk, asked: Sequence[Invitation]) -> bool:
    return talk.act is not None and talk.act.value == str(asked[0].invitee.id)
