"""What a verifier decides on: a topic as it was shown, and the words that a decision lacks.

A decision is taken on what was shown: a button, and what was typed, count only as long as the sending is the same
and nobody has decided on the topic since. Whoever comes second is told who decided what; nothing is overwritten.
"""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.flows.reviewing import REOPEN, REVIEWING
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number
from handlers.questions import Topic
from handlers.review_cards import ruling_words, who
from handlers.reviews_view import View
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import moment
from handlers.verbs.reviewing import named, no_topic, refuse, stand_at_case, stand_at_topic, view_of
from handlers.words import clean, private_number
from models.report import State
from models.review import Decision

LONGEST_REASON = 1000
"""Characters of a reason."""


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


def hindered(talk: Talk, at: At) -> Turn | None:
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


def undecided_at(talk: Talk) -> At | Turn:
    """Return what a button or typed words decide on, where it can be decided on now; else what to say instead."""
    at = at_topic(talk)
    return at if isinstance(at, Turn) else hindered(talk, at) or at


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
    return hindered(talk, at) or at


def said_with(talk: Talk) -> str:
    """Return what came with an order: behind the typed word, or in the button."""
    if talk.act is not None:
        return (talk.act.value or "").partition(".")[2]
    return talk.order.rest if talk.order else ""


def reason_said_with(talk: Talk) -> str:
    """Return the reason that was typed behind an order; a button brings none."""
    return clean(said_with(talk)).strip() if talk.act is None else ""


def trouble_with(words: str) -> str | None:
    """Return what is wrong with a reason, or None."""
    if private_number(words):
        return say("review.id_number")
    if len(words) > LONGEST_REASON:
        return say("review.too_long", n=len(words), most=LONGEST_REASON)
    return None


Decided = Callable[[Talk, At, str], Turn]
"""What is done once the reason is known."""


def with_reason(talk: Talk, at: At, step: str, key: str, decided: Decided) -> Turn:
    """Decide with the reason that was said with the order; ask for it, by the sentence ``key``, where there is none."""
    reason = reason_said_with(talk)
    trouble = trouble_with(reason)
    if reason and not trouble:
        return decided(talk, at, reason)
    asked = say(key, n=at.topic.number, topic=at.topic.title)
    return ask_for(talk, at, step, "\n".join(line for line in (trouble, asked) if line))


def with_reason_asked_for(talk: Talk, decided: Decided) -> Turn:
    """Decide with the reason that was asked for; words that are none are asked for again."""
    if talk.heard.kind == Kind.POSTBACK:
        return refuse(talk, "unknown")
    at, reason = asked_at(talk), words_asked_for(talk)
    if isinstance(at, Turn):
        return at
    return turn(reason) if isinstance(reason, Say) else decided(talk, at, reason)


def words_asked_for(talk: Talk) -> str | Say:
    """Return the words that were asked for, or what to say to what came instead."""
    words = clean(talk.heard.text).strip() if talk.heard.kind == Kind.TEXT else ""
    if not words:
        return Say(say("review.words_only"))
    trouble = trouble_with(words)
    return Say(trouble) if trouble else words
