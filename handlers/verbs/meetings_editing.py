"""Verbs that change a meeting before it is sent: whatever of it is named at the preview, by a word or a button."""

from typing import Any

from handlers import meetings_fields, meetings_scope, meetings_times
from handlers.flows.meetings import FIELD, MEETINGS, PREVIEW
from handlers.heard import Kind
from handlers.meetings_cards import named
from handlers.meetings_drafts import Draft, Trouble
from handlers.meetings_drafts import words as trouble_words
from handlers.meetings_fields import Amiss, Edit
from handlers.meetings_times import Span
from handlers.messages.values import Act, Choice, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import BANGKOK, today
from handlers.verbs.digests import tapped
from handlers.verbs.listing import desk
from handlers.verbs.meetings_asking import amiss, ask_title, ask_when, ask_where, ask_whom, asked
from handlers.verbs.meetings_making import take_audience, take_span
from handlers.verbs.meetings_preview import ask_urgent, onward, send, send_to_oneself, show
from handlers.verbs.meetings_work import (
    Work,
    choice,
    gone,
    is_old,
    keep,
    meeting_button_is_old,
    refuse,
    said,
    stand,
    work,
)  # fmt: skip

EDITED = (
    "title", "number", "when", "place", "map_url", "online_url", "broadcast_url", "chair", "agenda", "letter",
    "answer_by", "audience",
)  # fmt: skip
"""What the buttons name, of which LINE takes thirteen with the way back; all others are typed."""
_TYPED = frozenset({"dress", "contact", "seats"})
_ACTS = frozenset({"send", "test", "urgent", "calm", "keep", "drop", "edit"})


def at_meeting_preview(talk: Talk) -> Turn:
    """Do what was ordered at the preview: send, try, change or add a part, keep or drop the draft."""
    one = work(talk)
    if one is None:
        return gone(talk)
    button = tapped(talk)
    if button is not None:
        return _tapped(talk, one, button)
    name = meetings_fields.act(talk.heard.text)
    if talk.order is not None and talk.order.name == "yes":
        name = "send"
    if name in _ACTS:
        return _does(talk, one, str(name))
    wanted = meetings_fields.edit(talk.heard.text) if talk.heard.kind == Kind.TEXT else None
    return edit(talk, one, wanted) if wanted is not None else show(talk, one, say("hosting.not_understood"))


def _tapped(talk: Talk, one: Work, button: Act) -> Turn:
    if is_old(talk):
        return show(talk, one, say("hosting.shown_again"))
    if button.do == "host_act" and button.value in _ACTS:
        return _does(talk, one, button.value)
    known = button.question in (*EDITED, *_TYPED)
    return edit(talk, one, Edit(str(button.question))) if button.do == "host_edit" and known else refuse(talk)


def _does(talk: Talk, one: Work, name: str) -> Turn:
    if name == "drop":
        return _drop(talk, one)
    if name == "keep":
        return onward(talk, one, say("making.kept", title=named(one.draft)))
    if name == "calm":
        return show(talk, keep(talk, one, urgent=False))
    return {"send": send, "test": send_to_oneself, "urgent": ask_urgent, "edit": _ask_what}[name](talk, one)


def _drop(talk: Talk, one: Work) -> Turn:
    if one.changing:
        return show(talk, one, say("hosting.no_draft"))
    meetings_scope.drop(talk.db, talk.channel, one.meeting.id, talk.now)
    talk.stand_at(talk.stand.flow, MEETINGS)
    return turn(Say(say("hosting.dropped", title=named(one.draft)), (choice("host_new"), choice("meetings"), desk())))


def _ask_what(talk: Talk, one: Work) -> Turn:
    number = stand(talk, one, PREVIEW)
    offered = [name for name in EDITED if not (one.changing and name == "audience")]
    buttons = [Choice(say(f"label.edit_{name}"), Act("host_edit", question=name, revision=number)) for name in offered]
    return turn(Say(say("hosting.ask_what"), (*buttons, choice("cancel", "label.host_back"))))


# One part ---------------------------------------------------------------------------------------------------------


def edit(talk: Talk, one: Work, wanted: Edit) -> Turn:
    """Give a part of the meeting the value that was said with it, or ask for it; or take it away."""
    if wanted.field == "audience" and one.changing:
        return show(talk, one, trouble_words(Trouble.OTHER_AUDIENCE, one.draft))
    if wanted.remove:
        return _remove(talk, one, wanted.field)
    return _give(talk, one, wanted.field, wanted.rest) if wanted.rest else ask(talk, one, wanted.field)


def ask(talk: Talk, one: Work, name: str, lead: str = "") -> Turn:
    """Ask for one part of the meeting."""
    if name == "title":
        return ask_title(talk, lead)
    if name in ("when", "place", "audience"):
        return {"when": ask_when, "place": ask_where, "audience": ask_whom}[name](talk, one, lead)
    number = stand(talk, one, FIELD, field=name)
    is_there = bool(getattr(one.draft, name))
    without = [Choice(say("label.without"), Act("host_set", revision=number, value="none"))] if is_there else []
    return turn(Say(asked(say(f"making.field.{name}"), lead), (*without, choice("cancel", "label.host_back"))))


def _give(talk: Talk, one: Work, name: str, words: str) -> Turn:
    if name == "when":
        return take_span(talk, one, _span(talk, one.draft, words))
    if name == "audience":
        return take_audience(talk, one, words)
    values = meetings_fields.read(name, words, talk.now)
    if isinstance(values, Amiss):
        return ask(talk, one, name, amiss(values))
    return onward(talk, keep(talk, one, **values))


def _span(talk: Talk, draft: Draft, words: str) -> Span:
    """Return the new time: of what is not said, the day or the hours, the old one stays."""
    if draft.ends_at <= draft.starts_at:
        return meetings_times.read(words, talk.now)
    starts, ends = draft.starts_at.astimezone(BANGKOK), draft.ends_at.astimezone(BANGKOK)
    known = Span(today(starts))
    found = meetings_times.read(words, talk.now, known)
    if found.trouble != meetings_times.Amiss.NO_START:
        return found
    return meetings_times.read(words, talk.now, Span(today(starts), starts.time(), ends.time()))


_NEEDED = frozenset({"title", "when", "audience"})


def _remove(talk: Talk, one: Work, name: str) -> Turn:
    if name in _NEEDED:
        return ask(talk, one, name, say("making.needed"))
    gone_with: dict[str, dict[str, Any]] = {"place": {"map_url": None, "seats": None}, "letter": {"letter_url": None}}
    changed = keep(talk, one, **{name: None}, **gone_with.get(name, {}))
    return onward(talk, changed, "" if name != "online_url" else say("making.link_gone"))


def take_meeting_field(talk: Talk) -> Turn:
    """Take the part of the meeting that was asked for; "ไม่มี" leaves it out."""
    one = work(talk)
    if one is None:
        return gone(talk)
    if is_old(talk):
        return meeting_button_is_old(talk)
    name = str(talk.place.memo.get("field"))
    words = said(talk)
    leaves = tapped(talk) is not None or meetings_fields.act(words) == "no_limit"
    leaves = leaves or (talk.order is not None and talk.order.name == "skip")
    return _remove(talk, one, name) if leaves else _give(talk, one, name, words)
