"""Verbs of a verifier who looks: the queue, a report, a topic; taking a report under review and putting it back."""

from typing import Any

from handlers import audit, history, reports, reviews
from handlers.flows.reviewing import REPORT, REVIEWING, TOPIC
from handlers.heard import Kind
from handlers.messages.build import fit
from handlers.messages.values import Act, Card, Choice, Message, Say
from handlers.questions import Topic
from handlers.review_cards import (
    LISTED,
    case_card,
    case_choices,
    queue_card,
    topic_card,
    topic_choices,
    topic_in_full,
)
from handlers.reviews import Scope
from handlers.reviews_view import View, load
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import moment
from handlers.words import fold, number_alone
from models.people import Role
from models.report import State

_BUBBLES = 3
"""Bubbles of a topic in full."""
_PAST = 40
"""Deeds of a report's history that are shown, the newest."""


def scope(talk: Talk) -> Scope:
    """Return whose reports this person may verify."""
    at = talk.stand
    agency = at.agency_id if at.role == Role.VERIFIER else None
    return reviews.scope(talk.db, talk.channel, talk.person.id, agency, talk.now)


def show_queue(talk: Talk) -> Turn:
    """Show what waits, the oldest first; a number said with it opens one, a name narrows it."""
    if talk.order and talk.order.number is not None and talk.act is None:
        return pick_case(talk)
    return turn(queue(talk, talk.order.rest if talk.order and talk.act is None else ""))


def queue(talk: Talk, named: str = "") -> Message:
    """Return the queue, and remember the numbers it gave."""
    waiting = reviews.queue(talk.db, scope(talk))
    found = [one for one in waiting if fold(named) in fold(one.school_name)]
    shown = found[:LISTED]
    talk.stand_at(REVIEWING.name, HOME, cases=[one.report for one in shown])
    if not found:
        key = "review.queue_none_named" if waiting else "review.queue_empty"
        return Say(say(key, words=named), (Choice(say("label.decided"), Act("decided")),))
    title, under = say("review.queue_title"), say("review.queue_count", n=len(found))
    return queue_card(shown, len(found), title=title, under=under)


def show_decided(talk: Talk) -> Turn:
    """Show what was verified or returned, the newest first."""
    found = reviews.decided(talk.db, scope(talk))
    shown = found[:LISTED]
    talk.stand_at(REVIEWING.name, HOME, cases=[one.report for one in shown])
    if not found:
        return turn(Say(say("review.decided_empty"), (Choice(say("label.queue"), Act("queue")),)))
    under = say("review.decided_count", n=len(found))
    return turn(queue_card(shown, len(found), title=say("review.decided_title"), under=under))


def pick_case(talk: Talk) -> Turn:
    """Open the report of a number of the list that was shown last; anything else shows the queue."""
    if talk.heard.kind == Kind.POSTBACK:
        return refuse(talk, "unknown")
    number = talk.order.number if talk.order else number_alone(talk.heard.text)
    listed = talk.place.memo.get("cases") or [one.report for one in reviews.queue(talk.db, scope(talk))[:LISTED]]
    if number is None:
        return turn(queue(talk))
    if not 0 < number <= len(listed):
        return turn(Say(say("review.no_number", n=number)), queue(talk))
    return opened(talk, listed[number - 1])


def open_case(talk: Talk) -> Turn:
    """Open the report of a button."""
    number = talk.act.report if talk.act else None
    return opened(talk, number) if number is not None else refuse(talk, "incomplete")


def opened(talk: Talk, report: int) -> Turn:
    """Show a report; one that waits is under review from now on, so that the school cannot take it back."""
    view = load(talk.db, scope(talk), report)
    if view is None:
        return not_there(talk, report)
    if view.case.state != State.SUBMITTED:
        return turn(_others(talk, view), stand_at_case(talk, view))
    by = talk.person.id
    reports.move(talk.db, talk.channel, report, State.SUBMITTED, State.REVIEWING, by=by, now=talk.now)
    view = load(talk.db, scope(talk), report) or view
    return turn(Say(say("review.opened")), stand_at_case(talk, view))


def _others(talk: Talk, view: View) -> Say | None:
    """Say who is at it already, where that is somebody else."""
    begun = [deed for deed in history.deeds(talk.db, talk.channel, view.case.report) if deed.what == State.REVIEWING]
    if view.case.state != State.REVIEWING or not begun or begun[-1].person == talk.person.id:
        return None
    name = reviews.name_of(talk.db, talk.channel, begun[-1].person) or say("role.verifier")
    return Say(say("review.opened_by", who=name, when=moment(begun[-1].at)))


def not_there(talk: Talk, report: int) -> Turn:
    """Say that a report is not there for this person; one outside the scope is a trespass and noted as such."""
    if reviews.is_known(talk.db, scope(talk), report):
        return turn(Say(say("review.gone")), queue(talk))
    return refuse(talk, "report", report)


def refuse(talk: Talk, why: str, report: int | None = None) -> Turn:
    """Refuse and audit: no such button was ever shown to this person."""
    audit.note(talk.db, talk.channel, "review.refused", talk.now, person=talk.person.id, why=why, report=report)
    return turn(Say(say("review.refused"), (Choice(say("label.queue"), Act("queue")),)))


def stand_at_case(talk: Talk, view: View) -> Card:
    """Stand before a report, all of whose topics are shown; that is noted in the trail."""
    remember(talk, view, REPORT)
    note_viewed(talk, view, None)
    return case_card(view)


def stand_at_topic(talk: Talk, view: View, topic: Topic) -> Card:
    """Stand before one topic, which is shown; that is noted in the trail."""
    remember(talk, view, TOPIC, topic=topic.key)
    note_viewed(talk, view, topic)
    return topic_card(view, topic)


def remember(talk: Talk, view: View, step: str, **more: Any) -> None:
    """Remember what was shown: a typed decision counts only as long as nobody has decided since."""
    seen = {one.key: view.seen(one) for one in view.topics}
    known = {"report": view.case.report, "sending": view.last.id, "seen": seen, "cases": talk.place.memo.get("cases")}
    talk.stand_at(REVIEWING.name, step, **known, **more)


def note_viewed(talk: Talk, view: View, topic: Topic | None) -> None:
    """Note in the trail that a report's words were shown."""
    where = {"report": view.case.report, "sending": view.last.id, "topic": topic.key if topic else None}
    audit.note(talk.db, talk.channel, "report.viewed", talk.now, person=talk.person.id, **where)


def view_of(talk: Talk) -> View | Turn:
    """Return the report that a button names or that is open, or what to say instead."""
    number = (talk.act.report if talk.act else None) or talk.place.memo.get("report")
    if number is None:
        return turn(Say(say("review.open_first")), queue(talk))
    return load(talk.db, scope(talk), number) or not_there(talk, number)


def named(talk: Talk, view: View) -> Topic | None:
    """Return the topic that a button or number names, else the one that is open."""
    if talk.act is not None:
        return view.topic(talk.act.question) if talk.act.question else None
    number = talk.order.number if talk.order else number_alone(talk.heard.text)
    if number is not None:
        return view.topic(None, number)
    here = talk.place.memo.get("topic")
    return view.topic(str(here)) if here else None


def show_case(talk: Talk) -> Turn:
    """Show all topics of the report that is open."""
    view = view_of(talk)
    return view if isinstance(view, Turn) else turn(stand_at_case(talk, view))


def show_topic(talk: Talk) -> Turn:
    """Show the topic of a button."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    topic = named(talk, view)
    return turn(stand_at_topic(talk, view, topic)) if topic else no_topic(talk, view)


def no_topic(talk: Talk, view: View) -> Turn:
    """Say that there is no such topic, and show those that there are."""
    return turn(Say(say("review.no_topic")), stand_at_case(talk, view))


def pick_topic(talk: Talk) -> Turn:
    """Show the topic of a bare number; what else is not understood says what can be typed."""
    if talk.heard.kind == Kind.POSTBACK:
        return refuse(talk, "unknown")
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    if number_alone(talk.heard.text) is not None:
        return show_topic(talk)
    return turn(Say(say("review.not_understood")), stand_at_case(talk, view))


def back_to_topic(talk: Talk) -> Turn:
    """Leave what was asked for, and show the topic again."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    here = talk.place.memo.get("topic")
    topic = view.topic(str(here)) if here else None
    return turn(stand_at_topic(talk, view, topic) if topic else stand_at_case(talk, view))


def show_topic_in_full(talk: Talk) -> Turn:
    """Show a topic's words whole, in as few bubbles as hold them."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    topic = named(talk, view)
    if topic is None:
        return no_topic(talk, view)
    note_viewed(talk, view, topic)
    return turn(Say(fit(topic_in_full(view, topic), _BUBBLES, say("more.part")), topic_choices(view, topic)))


def not_all_at_once(talk: Talk) -> Turn:
    """Verify nothing by one word for all; show the first topic that waits instead."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    waiting = view.untouched() or view.open()
    if view.case.state != State.REVIEWING or not waiting:
        return turn(Say(say("review.none_open")), stand_at_case(talk, view))
    return turn(Say(say("review.not_at_once")), stand_at_topic(talk, view, waiting[0]))


def put_back(talk: Talk) -> Turn:
    """Put a report on which nothing was decided back into the queue: the school may take it back again."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    case = view.case
    if case.state != State.REVIEWING:
        return turn(stand_at_case(talk, view))
    if view.begun:
        return turn(Say(say("review.not_put_back")), stand_at_case(talk, view))
    by = talk.person.id
    reports.move(talk.db, talk.channel, case.report, State.REVIEWING, State.SUBMITTED, by=by, now=talk.now)
    return turn(Say(say("review.put_back", school=case.school_name)), queue(talk))


def show_review_help(talk: Talk) -> Turn:
    """Tell what can be typed; where one stands stays the same."""
    return turn(Say(say("review.help"), (Choice(say("label.queue"), Act("queue")),)))


_DID = {
    State.DRAFT: "review.did_draft",
    State.SUBMITTED: "review.did_submitted",
    State.REVIEWING: "review.did_reviewing",
    State.RETURNED: "review.did_returned",
    State.VERIFIED: "review.did_verified",
}
_DID_TOPIC = {
    "verified": "review.did_topic_verified",
    "returned": "review.did_topic_returned",
    "visit": "review.did_topic_visit",
    "reopened": "review.did_topic_reopened",
}


def show_past(talk: Talk) -> Turn:
    """Show who did what to the report that is open, and when."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    done = history.deeds(talk.db, talk.channel, view.case.report)[-_PAST:]
    lines = [_past_line(talk, view, deed) for deed in done]
    note_viewed(talk, view, None)
    words = "\n".join([say("review.past_title", school=view.case.school_name), *lines])
    return turn(Say(words, case_choices(view)))


def _past_line(talk: Talk, view: View, deed: history.Deed) -> str:
    topic = view.topic(deed.topic) if deed.topic else None
    if deed.topic:
        what = say(_DID_TOPIC[deed.what], n=topic.number if topic else "-")
    else:
        what = say("review.did_put_back" if deed.put_back else _DID[State(deed.what)])
    of_school = deed.what in (State.DRAFT, State.SUBMITTED) and not deed.put_back and not deed.topic
    name = reviews.name_of(talk.db, talk.channel, deed.person)
    by = say("review.school_side") if of_school else name or say("role.verifier")
    return say("review.past_row", when=moment(deed.at), who=by, what=what)
