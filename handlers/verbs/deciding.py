"""Verbs of a verifier who decides: topic by topic, then the report as a whole; the school is told.

A decision is taken on what was shown: a button, and what was typed, count only as long as the sending is the same
and nobody has decided on the topic since. Whoever comes second is told who decided what; nothing is overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from handlers import reports, rulings, when
from handlers.flows.reviewing import CONCLUDE, DAY, EVIDENCE, REASON, REOPEN, REVIEWING
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Pick, Say
from handlers.numbers import number
from handlers.picking_days import likely_of
from handlers.questions import Topic
from handlers.review_cards import bound, evidence_word, ruling_words, who
from handlers.reviews_telling import tell_reopened, tell_returned, tell_verified, tell_visit
from handlers.reviews_view import View, load
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, moment, today
from handlers.verbs.reviewing import (
    named,
    no_topic,
    queue,
    refuse,
    remember,
    scope,
    show_decided,
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
class _At:
    """What is decided on: a topic of a report as it is now, and what had been shown of it."""

    view: View
    topic: Topic
    sending: int | None
    seen: int | None


def _at(talk: Talk) -> _At | Turn:
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
        return _At(view, topic, number((talk.act.value or "").partition(".")[0]), talk.act.revision)
    memo = talk.place.memo
    shown = memo.get("seen", {}) if memo.get("report") == view.case.report else {}
    return _At(view, topic, memo.get("sending"), shown.get(topic.key))


def _hindered(talk: Talk, at: _At) -> Turn | None:
    """Say why nothing can be decided: the report's state, or what happened since it was shown; None where it can."""
    view, topic = at.view, at.topic
    if view.case.state != State.REVIEWING:
        return turn(Say(say(_NOT_NOW[view.case.state])), stand_at_case(talk, view))
    return _overtaken(talk, view, topic, at)


_NOT_NOW = {
    State.SUBMITTED: "review.not_begun",
    State.VERIFIED: "review.locked",
    State.RETURNED: "review.is_with_school",
}


def _overtaken(talk: Talk, view: View, topic: Topic, at: _At) -> Turn | None:
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


def _ask(talk: Talk, at: _At, step: str, words: str, choices: tuple[Choice, ...] = ()) -> Turn:
    """Ask for what a decision lacks; what was shown goes along."""
    known = {"report": at.view.case.report, "sending": at.sending, "topic": at.topic.key}
    talk.stand_at(REVIEWING.name, step, seen={at.topic.key: at.seen}, cases=talk.place.memo.get("cases"), **known)
    return turn(Say(words, choices))


def _decide(talk: Talk, at: _At, decision: Decision, **more: Any) -> Turn:
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
    at = _at(talk)
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


def _ask_evidence(talk: Talk, at: _At) -> Turn:
    choices = tuple(Choice(evidence_word(kind), bound(at.view, at.topic, "verify", kind)) for kind in Evidence)
    return _ask(talk, at, EVIDENCE, say("review.ask_evidence", n=at.topic.number), choices)


def take_evidence(talk: Talk) -> Turn:
    """Take the kind of evidence that was asked for."""
    if talk.heard.kind == Kind.POSTBACK:
        return refuse(talk, "unknown")
    at = _asked(talk)
    if isinstance(at, Turn):
        return at
    evidence = _evidence(talk.heard.text)
    return _decide(talk, at, Decision.VERIFIED, evidence=evidence) if evidence else _ask_evidence(talk, at)


def _asked(talk: Talk) -> _At | Turn:
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
    at = _At(view, topic, memo.get("sending"), memo.get("seen", {}).get(topic.key))
    if talk.place.step == REOPEN:
        return at
    return _hindered(talk, at) or at


# Returned ---------------------------------------------------------------------------------------------------------


def send_back(talk: Talk) -> Turn:
    """Return a topic to the school; the reason is asked for where it was not said."""
    at = _at(talk)
    if isinstance(at, Turn):
        return at
    hindered = _hindered(talk, at)
    if hindered:
        return hindered
    rest = "" if talk.act else clean(talk.order.rest if talk.order else "").strip()
    trouble = _trouble(rest)
    if not rest or trouble:
        asked = say("review.ask_reason", n=at.topic.number, topic=at.topic.title)
        return _ask(talk, at, REASON, "\n".join(line for line in (trouble, asked) if line))
    return _decide(talk, at, Decision.RETURNED, reason=rest, message_id=talk.heard.message_id)


def _trouble(words: str) -> str | None:
    """Return what is wrong with a reason, or None."""
    if private_number(words):
        return say("review.id_number")
    if len(words) > LONGEST_REASON:
        return say("review.too_long", n=len(words), most=LONGEST_REASON)
    return None


def _words(talk: Talk) -> str | Say:
    """Return the words that were asked for, or what to say to what came instead."""
    words = clean(talk.heard.text).strip() if talk.heard.kind == Kind.TEXT else ""
    if not words:
        return Say(say("review.words_only"))
    trouble = _trouble(words)
    return Say(trouble) if trouble else words


def take_reason(talk: Talk) -> Turn:
    """Take the reason that was asked for."""
    if talk.heard.kind == Kind.POSTBACK:
        return refuse(talk, "unknown")
    at = _asked(talk)
    words = _words(talk)
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
    at = _at(talk)
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
    at = _at(talk) if tapped else _asked(talk)
    if isinstance(at, Turn):
        return at
    hindered = _hindered(talk, at)
    if hindered:
        return hindered
    return _take_day(talk, at, (talk.heard.params.get("date") or _said_with(talk)) if tapped else talk.heard.text)


def _ask_day(talk: Talk, at: _At, trouble: str = "", likely: Sequence[date] = ()) -> Turn:
    first = today(talk.now)
    days = [one for one in likely if first <= one <= first + FARTHEST]
    choices = [Choice(day(one), bound(at.view, at.topic, "day", one.isoformat())) for one in days]
    pick = Pick(days[0] if days else first, first, first + FARTHEST)
    asked = say("review.ask_day", n=at.topic.number)
    words = "\n".join(line for line in (trouble, asked) if line)
    picker = Choice(say("label.pick_day"), bound(at.view, at.topic, "day"), pick=pick)
    return _ask(talk, at, DAY, words, (*choices, picker))


def _take_day(talk: Talk, at: _At, words: str) -> Turn:
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


# The report as a whole --------------------------------------------------------------------------------------------


def ask_conclude(talk: Talk) -> Turn:
    """Show what would be said to the school, or what is still to be decided."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    if view.case.state != State.REVIEWING:
        return turn(Say(say(_NOT_NOW[view.case.state])), stand_at_case(talk, view))
    return _tell_open(talk, view) if view.open() else turn(_preview(talk, view))


def _tell_open(talk: Talk, view: View) -> Turn:
    waiting = view.untouched()
    visits = [one for one in view.open() if one not in waiting]
    lines = [say("review.still_open", topics=_numbers(waiting))] if waiting else []
    lines += [say("review.still_visits", topics=_numbers(visits))] if visits else []
    return turn(Say("\n".join(lines)), stand_at_topic(talk, view, (waiting or visits)[0]))


def _numbers(topics: list[Topic]) -> str:
    return " ".join(str(one.number) for one in topics)


def _preview(talk: Talk, view: View) -> Say:
    sending, last = view.stamp()
    returned = _returned(view)
    key = "review.result_returned" if returned else "review.result_verified"
    rows = "\n".join(_preview_row(view, topic) for topic in view.topics)
    words = say("review.preview", school=view.case.school_name, rows=rows, result=say(key, n=len(returned)))
    remember(talk, view, CONCLUDE, stamp=[sending, last])
    sure = Choice(say("label.sure_result"), Act("confirm", view.case.report, revision=last, value=str(sending)))
    return Say(words, (sure, Choice(say("label.not_yet_result"), Act("case", view.case.report))))


def _preview_row(view: View, topic: Topic) -> str:
    found = view.standing(topic)
    if found is not None and found.decision == Decision.RETURNED:
        return say(
            "review.preview_reason", n=topic.number, topic=topic.title, reason=found.reason or say("review.unsent")
        )
    return say("review.preview_row", n=topic.number, topic=topic.title, what=ruling_words(found))


def _returned(view: View) -> list[Topic]:
    made = {topic.key: view.standing(topic) for topic in view.topics}
    return [topic for topic in view.topics if (found := made[topic.key]) and found.decision == Decision.RETURNED]


def conclude(talk: Talk) -> Turn:
    """Conclude what was shown: verified as a whole and locked, or returned with the reasons; the school is told."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    if view.case.state != State.REVIEWING or view.open():
        return ask_conclude(talk)
    shown = [number(talk.act.value or ""), talk.act.revision] if talk.act else talk.place.memo.get("stamp")
    if shown != list(view.stamp()):
        return turn(Say(say("review.changed_since")), _preview(talk, view))
    return _conclude(talk, view)


def _conclude(talk: Talk, view: View) -> Turn:
    returned, case = _returned(view), view.case
    to = State.RETURNED if returned else State.VERIFIED
    reports.move(talk.db, talk.channel, case.report, State.REVIEWING, to, by=talk.person.id, now=talk.now)
    if returned:
        tell_returned(talk, view, returned)
    else:
        tell_verified(talk, view)
    key = "review.concluded_returned" if returned else "review.concluded_verified"
    return turn(Say(say(key, school=case.school_name)), queue(talk))


# Reopened ---------------------------------------------------------------------------------------------------------


def reopen(talk: Talk) -> Turn:
    """Take a verified topic up again; the reason is asked for where it was not said."""
    if talk.act is None and talk.place.memo.get("report") is None:
        return show_decided(talk)
    if talk.act is None and talk.order and talk.order.number is None and not talk.place.memo.get("topic"):
        return turn(Say(say("review.reopen_which")))
    at = _at(talk)
    if isinstance(at, Turn):
        return at
    hindered = _may_not_reopen(talk, at)
    if hindered:
        return hindered
    rest = "" if talk.act else clean(talk.order.rest if talk.order else "").strip()
    trouble = _trouble(rest)
    if not rest or trouble:
        asked = say("review.ask_reopening", n=at.topic.number, topic=at.topic.title)
        return _ask(talk, at, REOPEN, "\n".join(line for line in (trouble, asked) if line))
    return _reopen(talk, at, rest)


def _may_not_reopen(talk: Talk, at: _At) -> Turn | None:
    view, found = at.view, at.view.standing(at.topic)
    carried = found is not None and found.sending != view.last.id
    verified = found is not None and found.decision == Decision.VERIFIED
    if not verified or not (view.case.state == State.VERIFIED or (view.case.state == State.REVIEWING and carried)):
        return turn(Say(say("review.reopen_not")), stand_at_topic(talk, view, at.topic))
    return _overtaken(talk, view, at.topic, at)


def take_reopening(talk: Talk) -> Turn:
    """Take the reason for which a topic is taken up again."""
    if talk.heard.kind == Kind.POSTBACK:
        return refuse(talk, "unknown")
    at = _asked(talk)
    words = _words(talk)
    if isinstance(at, Turn):
        return at
    if isinstance(words, Say):
        return turn(words)
    return _may_not_reopen(talk, at) or _reopen(talk, at, words)


def _reopen(talk: Talk, at: _At, reason: str) -> Turn:
    case, by = at.view.case, talk.person.id
    if case.state == State.VERIFIED:
        reports.move(talk.db, talk.channel, case.report, State.VERIFIED, State.REVIEWING, by=by, now=talk.now)
    made = rulings.decide(
        talk.db,
        talk.channel,
        at.view.last,
        at.topic.key,
        Decision.REOPENED,
        by=by,
        now=talk.now,
        reason=reason,
        message_id=talk.heard.message_id,
    )
    tell_reopened(talk, at.view, at.topic, reason, made)
    view = load(talk.db, scope(talk), case.report)
    if view is None:
        return turn(queue(talk))
    return turn(Say(say("review.reopened", n=at.topic.number)), stand_at_topic(talk, view, at.topic))
