"""Verbs of a verifier who decides on a topic: verified, returned with a reason, visited on a day.

A decision is taken on what was shown: a button, and what was typed, count only as long as the sending is the same
and nobody has decided on the topic since. Whoever comes second is told who decided what; nothing is overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from handlers import rulings, when
from handlers.flows.reviewing import DAY, EVIDENCE, REASON, REOPEN, REVIEWING
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Pick, Say
from handlers.numbers import number
from handlers.picking_days import likely_of
from handlers.questions import Topic
from handlers.review_cards import bound, evidence_word, ruling_words, who
from handlers.reviews_telling import tell_visit
from handlers.reviews_view import View, load
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, moment, today
from handlers.verbs.reviewing import (
    named,
    no_topic,
    queue,
    refuse,
    scope,
    stand_at_case,
    stand_at_topic,
    view_of,
)
from handlers.when import Read, Trouble
from handlers.words import clean, fold, private_number
from models.report import State
from models.review import Decision, Evidence

LONGEST_REASON = 1000
"""Characters of a reason."""
FARTHEST = timedelta(days=366)
"""A visit lies within a year."""


@dataclass(frozen=True, slots=True)
class At:
    """What is decided on: a topic of a report as it is now, and what had been shown of it."""

    view: View
    topic: Topic
    sending: int | None
    seen: int | None


def at_topic(talk: Talk) -> At | Turn:
    """Return what a button or typed words decide on, or what to say instead."""
    if talk.heard.kind == Kind.EDITED:
        return turn(Say(say("review.edited_bubble")))
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    topic = named(talk, view)
    if topic is None:
        return no_topic(talk, view)
    if talk.act is not None:
        return At(view, topic, number((talk.act.value or "").partition(".")[0]), talk.act.revision)
    memo = talk.place.memo
    shown = memo.get("seen", {}) if memo.get("report") == view.case.report else {}
    return At(view, topic, memo.get("sending"), shown.get(topic.key))


def _hindered(talk: Talk, at: At) -> Turn | None:
    """Say why nothing can be decided: the report's state, or what happened since it was shown; None where it can."""
    view, topic = at.view, at.topic
    if view.case.state != State.REVIEWING:
        return turn(Say(say(NOT_NOW[view.case.state])), stand_at_case(talk, view))
    return overtaken(talk, view, topic, at)


NOT_NOW = {
    State.SUBMITTED: "review.not_begun",
    State.VERIFIED: "review.locked",
    State.RETURNED: "review.is_with_school",
}


def overtaken(talk: Talk, view: View, topic: Topic, at: At) -> Turn | None:
    """Say what happened to a topic since it was shown; None where nothing did."""
    if at.sending is None:
        return turn(Say(say("review.look_first")), stand_at_topic(talk, view, topic))
    if at.sending != view.last.id:
        return turn(Say(say("review.sent_since")), stand_at_topic(talk, view, topic))
    found = view.latest(topic)
    if at.seen == view.seen(topic):
        return None
    if found is None:
        return refuse(talk, "seen", view.case.report)
    what = say("label.reopen") if found.decision == Decision.REOPENED else ruling_words(found)
    words = say("review.overtaken", n=topic.number, what=what, who=who(found), when=moment(found.at))
    return turn(Say(words), stand_at_topic(talk, view, topic))


def ask_for(talk: Talk, at: At, step: str, words: str, choices: tuple[Choice, ...] = ()) -> Turn:
    """Ask for what a decision lacks; what was shown goes along."""
    memo, report = talk.place.memo, at.view.case.report
    before = memo.get("seen", {}) if memo.get("report") == report else {}
    known = {"report": report, "sending": at.sending, "topic": at.topic.key, "cases": memo.get("cases")}
    talk.stand_at(REVIEWING.name, step, seen=before | {at.topic.key: at.seen}, **known)
    return turn(Say(words, (*choices, Choice(say("label.cancel"), Act("cancel", report)))))


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
    at = at_topic(talk)
    if isinstance(at, Turn):
        return at
    hindered = _hindered(talk, at)
    if hindered:
        return hindered
    evidence = _evidence(_said_with(talk))
    if evidence is None:
        return _ask_evidence(talk, at)
    return _decide(talk, at, Decision.VERIFIED, evidence=evidence)


def _said_with(talk: Talk) -> str:
    """Return what came with an order: behind the typed word, or in the button."""
    if talk.act is not None:
        return (talk.act.value or "").partition(".")[2]
    return talk.order.rest if talk.order else ""


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
    """Take the kind of evidence that was asked for."""
    if talk.heard.kind == Kind.POSTBACK:
        return refuse(talk, "unknown")
    at = asked_at(talk)
    if isinstance(at, Turn):
        return at
    evidence = _evidence(talk.heard.text)
    return _decide(talk, at, Decision.VERIFIED, evidence=evidence) if evidence else _ask_evidence(talk, at)


def asked_at(talk: Talk) -> At | Turn:
    """Return what the words that were asked for belong to; a number among them is not a topic's."""
    if talk.heard.kind == Kind.EDITED:
        return turn(Say(say("review.edited_bubble")))
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    memo = talk.place.memo
    topic = view.topic(str(memo.get("topic")))
    if topic is None:
        return no_topic(talk, view)
    at = At(view, topic, memo.get("sending"), memo.get("seen", {}).get(topic.key))
    if talk.place.step == REOPEN:
        return at
    return _hindered(talk, at) or at


# Returned ---------------------------------------------------------------------------------------------------------


def send_back(talk: Talk) -> Turn:
    """Return a topic to the school; the reason is asked for where it was not said."""
    at = at_topic(talk)
    if isinstance(at, Turn):
        return at
    hindered = _hindered(talk, at)
    if hindered:
        return hindered
    rest = "" if talk.act else clean(talk.order.rest if talk.order else "").strip()
    trouble = trouble_with(rest)
    if not rest or trouble:
        asked = say("review.ask_reason", n=at.topic.number, topic=at.topic.title)
        return ask_for(talk, at, REASON, "\n".join(line for line in (trouble, asked) if line))
    return _decide(talk, at, Decision.RETURNED, reason=rest, message_id=talk.heard.message_id)


def trouble_with(words: str) -> str | None:
    """Return what is wrong with a reason, or None."""
    if private_number(words):
        return say("review.id_number")
    if len(words) > LONGEST_REASON:
        return say("review.too_long", n=len(words), most=LONGEST_REASON)
    return None


def words_asked_for(talk: Talk) -> str | Say:
    """Return the words that were asked for, or what to say to what came instead."""
    words = clean(talk.heard.text).strip() if talk.heard.kind == Kind.TEXT else ""
    if not words:
        return Say(say("review.words_only"))
    trouble = trouble_with(words)
    return Say(trouble) if trouble else words


def take_reason(talk: Talk) -> Turn:
    """Take the reason that was asked for."""
    if talk.heard.kind == Kind.POSTBACK:
        return refuse(talk, "unknown")
    at = asked_at(talk)
    words = words_asked_for(talk)
    if isinstance(at, Turn):
        return at
    if isinstance(words, Say):
        return turn(words)
    return _decide(talk, at, Decision.RETURNED, reason=words, message_id=talk.heard.message_id)


def refuse_reason(talk: Talk) -> Turn:
    """Do not keep words with a national ID number (PDPA s.22, s.26)."""
    return turn(Say(say("review.id_number")))


# A visit ----------------------------------------------------------------------------------------------------------


def plan_visit(talk: Talk) -> Turn:
    """Plan a visit for a topic; the day is asked for where it was not said."""
    at = at_topic(talk)
    if isinstance(at, Turn):
        return at
    hindered = _hindered(talk, at)
    if hindered:
        return hindered
    typed = "" if talk.act else talk.order.rest if talk.order else ""
    return _take_day(talk, at, typed) if typed else _ask_day(talk, at)


def take_day(talk: Talk) -> Turn:
    """Take the day of a visit, typed, tapped or picked."""
    tapped = talk.heard.kind == Kind.POSTBACK
    at = at_topic(talk) if tapped else asked_at(talk)
    if isinstance(at, Turn):
        return at
    hindered = _hindered(talk, at)
    if hindered:
        return hindered
    return _take_day(talk, at, (talk.heard.params.get("date") or _said_with(talk)) if tapped else talk.heard.text)


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
