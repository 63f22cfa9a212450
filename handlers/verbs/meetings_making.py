"""Verbs of a coordinator who makes a meeting: one question after the other, only what is needed; the rest is offered.

What is said is kept at once in the draft's row, so a talk that was interrupted goes on at what is still missing. A
draft without a time bears one moment as its start and end, one without an audience has no roles.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from handlers import (
    agencies,
    audience_said,
    audience_words,
    meetings,
    meetings_calling,
    meetings_fields,
    meetings_times,
)
from handlers import meetings_scope as scope
from handlers.audience_words import Doubt
from handlers.audiences import Audience
from handlers.flows.meetings import DRAFTS, TITLE
from handlers.heard import Kind
from handlers.meetings import Meeting
from handlers.meetings_cards import named
from handlers.meetings_drafts import Draft
from handlers.meetings_fields import Amiss
from handlers.meetings_times import Span
from handlers.messages.values import Act, Choice, Say
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import moment
from handlers.verbs.digests import tapped
from handlers.verbs.listing import desk
from handlers.verbs.meetings_asking import (
    EVERYBODY,
    amiss,
    ask_link,
    ask_title,
    ask_when,
    ask_where,
    ask_whom,
    when_amiss,
)  # fmt: skip
from handlers.verbs.meetings_preview import onward
from handlers.verbs.meetings_work import (
    Work,
    choice,
    gone,
    is_old,
    keep,
    may_work,
    meeting_button_is_old,
    picked,
    refuse,
    said,
    stand,
    work,
)  # fmt: skip
from models.meetings import MeetingState

SHOWN = 5
"""Drafts offered at once."""


# Beginning --------------------------------------------------------------------------------------------------------


def begin_meeting(talk: Talk) -> Turn:
    """Begin to make a meeting, or ask whether to go on with one that was begun before."""
    title = talk.order.rest if talk.order and talk.order.number is None and talk.heard.kind == Kind.TEXT else ""
    if not title and talk.place.step != DRAFTS and (begun := _drafts(talk)):
        return _offer(talk, begun)
    stand(talk, None, TITLE)
    return _take_title(talk, title) if title else ask_title(talk)


def _drafts(talk: Talk) -> list[Meeting]:
    return scope.drafts(talk.db, talk.channel, talk.person.id, talk.stand.agency_id, SHOWN)


def _offer(talk: Talk, shown: list[Meeting]) -> Turn:
    talk.stand_at(talk.stand.flow, DRAFTS, meetings=[one.id for one in shown])
    rows = [say("making.draft_row", n=n, title=one.title, when=_when(one)) for n, one in enumerate(shown, 1)]
    goes_on = [
        Choice(say("label.host_draft", n=n), Act("host_draft", value=str(one.id))) for n, one in enumerate(shown, 1)
    ]
    words = "\n".join([say("making.drafts"), *rows, "", say("making.drafts_how")])
    return turn(Say(words, (*goes_on, choice("host_new", "label.host_afresh"), desk())))


def _when(one: Meeting) -> str:
    return moment(one.starts_at) if one.ends_at > one.starts_at else say("making.no_time_yet")


def pick_meeting_draft(talk: Talk) -> Turn:
    """Go on with the draft whose number was typed; at any other words the drafts are shown again."""
    number = picked(talk)
    found = meetings.found(talk.db, talk.channel, number) if number is not None else None
    if found is not None:
        return _resume(talk, found)
    begun = _drafts(talk)
    return _offer(talk, begun) if begun else ask_title(talk)


def resume_meeting(talk: Talk) -> Turn:
    """Go on with a draft at what is still missing, or at its preview."""
    number = talk.order.number if talk.order else None
    found = meetings.found(talk.db, talk.channel, number) if number is not None else None
    return _resume(talk, found) if found is not None else refuse(talk)


def _resume(talk: Talk, found: Meeting) -> Turn:
    if not may_work(talk, found):
        return refuse(talk)
    if found.state != MeetingState.DRAFT:
        return gone(talk)
    return onward(talk, Work(found, Draft.of(found)))


def keep_meeting_draft(talk: Talk) -> Turn:
    """Stop for now: what was said stays as a draft; changes of a called meeting are let go."""
    one = work(talk)
    talk.stand_at(talk.stand.flow, HOME)
    if one is None:
        return turn(Say(say("making.nothing_kept"), (choice("host_new"), choice("meetings"), desk())))
    key = "making.change_dropped" if one.changing else "making.kept"
    again = choice("meetings") if one.changing else choice("host_draft", "label.host_resume", value=str(one.meeting.id))
    return turn(Say(say(key, title=named(one.draft)), (again, desk())))


# Title ------------------------------------------------------------------------------------------------------------


def take_meeting_title(talk: Talk) -> Turn:
    """Take the title; with it the draft begins."""
    return meeting_button_is_old(talk) if tapped(talk) else _take_title(talk, talk.heard.text)


def _take_title(talk: Talk, text: str) -> Turn:
    values = meetings_fields.read("title", text, talk.now)
    if isinstance(values, Amiss):
        return ask_title(talk, amiss(values))
    one = work(talk)
    return onward(talk, keep(talk, one, **values) if one else _begun(talk, values))


def _begun(talk: Talk, values: dict[str, Any]) -> Work:
    draft = Draft(**{"starts_at": talk.now, "ends_at": talk.now, "audience": Audience(frozenset()), **values})
    at = talk.stand
    number = meetings_calling.make(
        talk.db, talk.channel, draft, talk.person.id, at.agency_id, talk.now, unfinished=True
    )  # fmt: skip
    found = meetings.found(talk.db, talk.channel, number)
    if found is None:
        raise LookupError(number)
    return Work(found, draft)


# When -------------------------------------------------------------------------------------------------------------


def take_meeting_when(talk: Talk) -> Turn:
    """Take day and time, or what was said of them."""
    one = work(talk)
    if one is None:
        return gone(talk)
    if is_old(talk):
        return meeting_button_is_old(talk)
    memo = talk.place.memo
    day = date.fromisoformat(memo["day"]) if memo.get("day") else None
    start, end = (time.fromisoformat(memo[name]) if memo.get(name) else None for name in ("start", "end"))
    known = Span(day, start, end)
    return take_span(talk, one, meetings_times.read(said(talk), talk.now, known))


def take_span(talk: Talk, one: Work, span: Span) -> Turn:
    """Keep a time that is known; ask for what is missing of it."""
    both = span.moments()
    if span.trouble is not None or both is None:
        return ask_when(talk, one, when_amiss(span), span)
    starts, ends = (at.astimezone(UTC) for at in both)
    if starts <= talk.now:
        return ask_when(talk, one, say("making.past", when=moment(starts)), Span())
    overtaken = _overtaken(one.draft, starts)
    changes = {"starts_at": starts, "ends_at": ends} | ({"answer_by": None} if overtaken else {})
    return onward(talk, keep(talk, one, **changes), say("making.answer_by_dropped") if overtaken else "")


def _overtaken(draft: Draft, starts: datetime) -> bool:
    """Tell whether the new start has overtaken the day until which answers are asked for."""
    return draft.answer_by is not None and draft.answer_by > starts


# Where ------------------------------------------------------------------------------------------------------------


def take_meeting_where(talk: Talk) -> Turn:
    """Take the place, a map, a link: what was said of them."""
    one = work(talk)
    if one is None:
        return gone(talk)
    if is_old(talk):
        return meeting_button_is_old(talk)
    words = said(talk)
    if meetings_fields.act(words) == "online_only":
        return ask_link(talk, one)
    values = meetings_fields.place(words)
    if isinstance(values, Amiss):
        return ask_where(talk, one, amiss(values))
    only_map = values.keys() == {"map_url"}
    return onward(talk, keep(talk, one, **values), say("making.map_kept") if only_map else "")


def take_meeting_link(talk: Talk) -> Turn:
    """Take the link of a meeting that is online only."""
    one = work(talk)
    if one is None:
        return gone(talk)
    if tapped(talk):
        return meeting_button_is_old(talk)
    values = meetings_fields.read("online_url", talk.heard.text, talk.now)
    if isinstance(values, Amiss):
        return ask_link(talk, one, amiss(values))
    return onward(talk, keep(talk, one, **values))


# Whom -------------------------------------------------------------------------------------------------------------


def take_meeting_whom(talk: Talk) -> Turn:
    """Take the audience that was typed or tapped."""
    one = work(talk)
    if one is None:
        return gone(talk)
    if is_old(talk):
        return meeting_button_is_old(talk)
    doubt = talk.place.memo.get("doubt")
    return take_audience(talk, one, said(talk), doubt)


def take_audience(talk: Talk, one: Work, words: str, doubt: dict[str, Any] | None = None) -> Turn:
    """Keep the audience that words name, or ask what is in doubt."""
    reach = agencies.reach(talk.db, talk.channel, talk.stand.agency_id)
    if words == EVERYBODY:
        return onward(talk, keep(talk, one, audience=Audience().within(reach)))
    if doubt:
        found = audience_words.answered(talk.db, talk.channel, doubt, words, reach, talk.now)
    else:
        found = audience_words.read(talk.db, talk.channel, words, reach, talk.now)
    if isinstance(found, Doubt):
        return ask_whom(talk, one, audience_said.why(found), found)
    return onward(talk, keep(talk, one, audience=found))
