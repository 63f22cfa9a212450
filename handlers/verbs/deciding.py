"""Verbs of a verifier who decides on a topic: verified, returned with a reason, visited on a day."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from handlers import rulings, when
from handlers.flows.reviewing import DAY, EVIDENCE, REASON
from handlers.heard import Kind
from handlers.messages.values import Choice, Pick, Say
from handlers.picking_days import likely_of
from handlers.review_cards import bound, evidence_word, ruling_words
from handlers.reviews_telling import tell_visit
from handlers.reviews_view import load
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, today
from handlers.verbs.at_topic import (
    At,
    ask_for,
    asked_at,
    said_with,
    undecided_at,
    with_reason,
    with_reason_asked_for,
)
from handlers.verbs.files import show_files
from handlers.verbs.reviewing import (
    queue,
    refuse,
    scope,
    stand_at_case,
    stand_at_topic,
)
from handlers.when import Read, Trouble
from handlers.words import fold
from models.review import Decision, Evidence

FARTHEST = timedelta(days=366)
"""A visit lies within a year."""


def _decide(talk: Talk, at: At, decision: Decision, **more: Any) -> Turn:
    """Write the decision down, and show what is next."""
    rulings.decide(talk.db, talk.channel, at.view.last, at.topic.key, decision, by=talk.person.id, now=talk.now, **more)
    view = load(talk.db, scope(talk), at.view.case.report)
    if view is None:
        return turn(queue(talk))
    found = view.standing(at.topic)
    if decision == Decision.VISIT and found is not None:
        tell_visit(talk, view, at.topic, found)
    said = Say(say("review.said", n=at.topic.number, what=ruling_words(found)))
    waiting = view.untouched()
    following = next((one for one in waiting if one.number > at.topic.number), waiting[0] if waiting else None)
    return turn(said, stand_at_topic(talk, view, following) if following else stand_at_case(talk, view))


# Verified ---------------------------------------------------------------------------------------------------------


def verify(talk: Talk) -> Turn:
    """Verify a topic; the kind of evidence is asked for where it was not said."""
    at = undecided_at(talk)
    if isinstance(at, Turn):
        return at
    evidence = _evidence(said_with(talk))
    if evidence is None:
        return _ask_evidence(talk, at)
    return _decide(talk, at, Decision.VERIFIED, evidence=evidence)


def _evidence(words: str) -> Evidence | None:
    """Return the kind of evidence that words name; two kinds at once are asked again."""
    folded = fold(words).replace(fold(say("review.not_evidence")), "")
    found = {kind for kind in Evidence if folded and any(fold(name) in folded for name in _names(kind))}
    return found.pop() if len(found) == 1 else None


def _names(kind: Evidence) -> tuple[str, ...]:
    return (kind, evidence_word(kind), *say(_MORE[kind]).split())


_MORE = {
    Evidence.DOCUMENT: "review.also_document",
    Evidence.PHOTO: "review.also_photo",
    Evidence.VISIT: "review.also_visit",
}


def _ask_evidence(talk: Talk, at: At) -> Turn:
    choices = tuple(Choice(evidence_word(kind), bound(at.view, at.topic, "verify", kind)) for kind in Evidence)
    return ask_for(talk, at, EVIDENCE, say("review.ask_evidence", n=at.topic.number), choices)


def take_evidence(talk: Talk) -> Turn:
    """Take the kind of evidence that was asked for; "ดูรูป" and "ลงพื้นที่" name one, unless they come from a button."""
    if talk.heard.kind == Kind.POSTBACK:
        return _tapped_instead(talk)
    at = asked_at(talk)
    if isinstance(at, Turn):
        return at
    evidence = _evidence(talk.heard.text)
    return _decide(talk, at, Decision.VERIFIED, evidence=evidence) if evidence else _ask_evidence(talk, at)


def _tapped_instead(talk: Talk) -> Turn:
    """Do what the topic's own button says, while evidence is asked for."""
    name = talk.order.name if talk.order else ""
    if name == "visit":
        return plan_visit(talk)
    return show_files(talk) if name == "files" else refuse(talk, "unknown")


# Returned ---------------------------------------------------------------------------------------------------------


def send_back(talk: Talk) -> Turn:
    """Return a topic to the school; the reason is asked for where it was not said."""
    at = undecided_at(talk)
    if isinstance(at, Turn):
        return at
    return with_reason(talk, at, REASON, "review.ask_reason", _send_back)


def take_reason(talk: Talk) -> Turn:
    """Take the reason that was asked for."""
    return with_reason_asked_for(talk, _send_back)


def _send_back(talk: Talk, at: At, reason: str) -> Turn:
    return _decide(talk, at, Decision.RETURNED, reason=reason, message_id=talk.heard.message_id)


def refuse_reason(talk: Talk) -> Turn:
    """Do not keep words with a national ID number (PDPA s.22, s.26)."""
    return turn(Say(say("review.id_number")))


# A visit ----------------------------------------------------------------------------------------------------------


def plan_visit(talk: Talk) -> Turn:
    """Plan a visit for a topic; the day is asked for where it was not said."""
    at = undecided_at(talk)
    if isinstance(at, Turn):
        return at
    typed = "" if talk.act else said_with(talk)
    return _take_day(talk, at, typed) if typed else _ask_day(talk, at)


def take_day(talk: Talk) -> Turn:
    """Take the day of a visit, typed, tapped or picked."""
    tapped = talk.heard.kind == Kind.POSTBACK
    at = undecided_at(talk) if tapped else asked_at(talk)
    if isinstance(at, Turn):
        return at
    return _take_day(talk, at, (talk.heard.params.get("date") or said_with(talk)) if tapped else talk.heard.text)


def _ask_day(talk: Talk, at: At, trouble: str = "", likely: Sequence[date] = ()) -> Turn:
    first = today(talk.now)
    days = [one for one in likely if first <= one <= first + FARTHEST]
    choices = [Choice(day(one), bound(at.view, at.topic, "day", one.isoformat())) for one in days]
    pick = Pick(days[0] if days else first, first, first + FARTHEST)
    asked = say("review.ask_day", n=at.topic.number)
    words = "\n".join(line for line in (trouble, asked) if line)
    picker = Choice(say("label.pick_day"), bound(at.view, at.topic, "day"), pick=pick)
    return ask_for(talk, at, DAY, words, (*choices, picker))


def _take_day(talk: Talk, at: At, words: str) -> Turn:
    found = _day(talk, words)
    if found.trouble == Trouble.PAST or (found.day and found.day < today(talk.now)):
        return _ask_day(talk, at, say("review.past_day"))
    if found.trouble is not None or found.day is None:
        return _ask_day(talk, at, say("review.unclear_day"), likely_of(found))
    if found.day - today(talk.now) > FARTHEST:
        return _ask_day(talk, at, say("review.far_day", day=day(found.day)))
    return _decide(talk, at, Decision.VISIT, visit_on=found.day)


def _day(talk: Talk, words: str) -> Read:
    """Return the day that words or a date picker name."""
    try:
        return Read(date.fromisoformat(words))
    except ValueError:
        return when.read(words, talk.now)
