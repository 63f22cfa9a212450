"""Verbs of a bubble about a meeting that is unsent or edited: what it gave goes, and new words take its place."""

from dataclasses import replace

from handlers import meetings, meetings_edits, meetings_seats
from handlers.meetings import Invitation
from handlers.meetings_answers import Answer, Taken, answer, fresh, standing_answer
from handlers.meetings_edits import Gave
from handlers.meetings_wording import own
from handlers.messages.values import Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.invited_targets import mine
from handlers.words import clean
from handlers.words.meeting_slots import person_in, position_in, reason_in
from handlers.words.meeting_words import meeting_words
from models.meetings import Reply


def unsend(talk: Talk, mark: str) -> None:
    """Take the words of an unsent bubble out of the answers they were given to, and of what waits to be answered."""
    meetings_edits.unsend(talk.db, talk.channel, mark, talk.person.id)
    said = talk.place.memo.get("said")
    if said and said.get("bubble") == mark:
        talk.place.memo["said"] = said | {"name": None, "position": None, "reason": None, "bubble": None}
        talk.moved = True


def edited(talk: Talk, mark: str) -> Turn | None:
    """Take an edited bubble's words in the place of the old ones while it may be answered; None where it gave none."""
    found = meetings_edits.given_by(talk.db, talk.channel, mark, talk.person.id)
    if not any(one.words for one in found):
        return None
    meetings_edits.unsend(talk.db, talk.channel, mark, talk.person.id)
    by_invitee = {one.invitee.id: one for one in mine(talk)}
    told = [_reworded(talk, by_invitee[one.invitee], one, mark) for one in found if one.invitee in by_invitee]
    return told[0] if told else turn(Say(say("meeting_answers.button_over")))


def _reworded(talk: Talk, one: Invitation, gave: Gave, mark: str) -> Turn:
    meeting = meetings.locked(talk.db, talk.channel, one.meeting.id) or one.meeting
    now = fresh(talk.db, meeting, one.invitee)
    known = standing_answer(now)
    if known is None or not gave.stands:
        return turn(Say(say("meeting_answers.reworded_too_late", own=own(now, meetings_seats.line(talk.db, now)))))
    given = _with_new(known, gave, talk.heard.text)
    came = answer(talk.db, meeting, now, given, talk.person.id, talk.heard.at, mark, talk.now)
    key = "meeting_answers.reworded" if came.taken == Taken.KEPT else "meeting_answers.reworded_too_late"
    return turn(Say(say(key, own=own(came.invitee, came.line))))


def _with_new(known: Answer, gave: Gave, text: str) -> Answer:
    """Return an answer with the new words where the old ones were; its reply and mode stay as they are."""
    if known.reply != Reply.DELEGATE:
        return replace(known, reason=reason_in(text) or " ".join(clean(text).split()))
    if "delegate_name" not in gave.words:
        return replace(known, delegate_position=position_in(text))
    said = meeting_words(text, asking=False)
    name, position = (said.name, said.position) if said and said.name else person_in(text)
    return replace(known, delegate_name=name, delegate_position=position or known.delegate_position)
