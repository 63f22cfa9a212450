"""Verbs of a verifier on the report as a whole: the conclusion, of which the school is told; a topic taken up again."""

from handlers import reports, rulings
from handlers.flows.reviewing import CONCLUDE, REOPEN
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number
from handlers.questions import Topic
from handlers.review_cards import ruling_words
from handlers.reviews_telling import tell_reopened, tell_returned, tell_verified
from handlers.reviews_view import View, load
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.at_topic import (
    NOT_NOW,
    At,
    at_topic,
    overtaken,
    with_reason,
    with_reason_asked_for,
)
from handlers.verbs.reviewing import (
    queue,
    remember,
    scope,
    show_decided,
    stand_at_case,
    stand_at_topic,
    view_of,
)
from models.report import State
from models.review import Decision

# The report as a whole --------------------------------------------------------------------------------------------


def ask_conclude(talk: Talk) -> Turn:
    """Show what would be said to the school, or what is still to be decided."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    if view.case.state != State.REVIEWING:
        return turn(Say(say(NOT_NOW[view.case.state])), stand_at_case(talk, view))
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
    at = at_topic(talk)
    if isinstance(at, Turn):
        return at
    return _may_not_reopen(talk, at) or with_reason(talk, at, REOPEN, "review.ask_reopening", _reopen)


def _may_not_reopen(talk: Talk, at: At) -> Turn | None:
    view, found = at.view, at.view.standing(at.topic)
    carried = found is not None and found.sending != view.last.id
    verified = found is not None and found.decision == Decision.VERIFIED
    if not verified or not (view.case.state == State.VERIFIED or (view.case.state == State.REVIEWING and carried)):
        return turn(Say(say("review.reopen_not")), stand_at_topic(talk, view, at.topic))
    return overtaken(talk, view, at.topic, at)


def take_reopening(talk: Talk) -> Turn:
    """Take the reason for which a topic is taken up again."""
    return with_reason_asked_for(talk, lambda talk, at, reason: _may_not_reopen(talk, at) or _reopen(talk, at, reason))


def _reopen(talk: Talk, at: At, reason: str) -> Turn:
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
