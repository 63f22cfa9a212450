"""The cards of a meeting (Flex): that it is called, what has changed in it; and that it is cancelled.

All who are invited read the same card: nothing personal stands in it, nor the online link, which only those get who
answered that they take part online. The alt text says what the card says.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.cards import QUIET, bubble, text
from handlers.meetings import Meeting
from handlers.meetings_drafts import Draft
from handlers.messages import limits
from handlers.messages.build import button, clip, shorten
from handlers.messages.values import Act, Card, Say
from handlers.texts import say
from handlers.thai import clock, day, moment, today

AGENDA = 700
"""UTF-16 units of an agenda in the card; the whole of it is shown on asking."""
WIDTHS = (AGENDA, 300, 150, 80)
"""UTF-16 units of a field in the card: as many as a bubble has room for. Few meetings need less than the first."""
BYTES = 20_000
"""Of a bubble's JSON, where LINE takes 30 KB: what is escaped in it may count more than once."""
ANSWERS = ("meeting_room", "meeting_online", "meeting_delegate", "meeting_no", "meeting_unsure")
SILENT = frozenset({"seats", "urgent"})
"""What may change without a word: whom a seat concerns is told of it."""


def named(meeting: Meeting | Draft) -> str:
    """Return a meeting's title, with its number where it has one."""
    title = meeting.title.strip()
    return say("meeting.title_numbered", title=title, number=meeting.number) if meeting.number else title


def when(meeting: Meeting | Draft) -> str:
    """Return from when to when, e.g. "พฤ. 15 ม.ค. 2569 09:00–12:00 น."."""
    first, last = today(meeting.starts_at), today(meeting.ends_at)
    if first != last:
        return say("meeting.days", starts=moment(meeting.starts_at), ends=moment(meeting.ends_at))
    return say(
        "meeting.day_clock", day=day(first), starts=clock(meeting.starts_at), ends=clock(meeting.ends_at)
    )  # fmt: skip


def rows(meeting: Meeting | Draft) -> list[tuple[str, str]]:
    """Return what is said of a meeting as (field, words), in its order; never the online link."""
    online = bool(meeting.online_url or meeting.broadcast_url)
    known = {
        "when": when(meeting),
        "place": meeting.place,
        "online": say("meeting.online_told") if online else None,
        "answer_by": moment(meeting.answer_by) if meeting.answer_by else None,
        "chair": meeting.chair,
        "letter": meeting.letter,
        "dress": meeting.dress,
        "contact": meeting.contact,
        "agenda": meeting.agenda,
    }
    return [(name, words.strip()) for name, words in known.items() if words]


def notice(meeting: Meeting) -> Card:
    """Return the card that calls people to a meeting as it stands, with the buttons to answer."""
    return _fitting(lambda width: _notice(meeting, width))


def _notice(meeting: Meeting, width: int) -> Card:
    again = meeting.version > 1
    head = say("meeting.called_again", n=meeting.version - 1) if again else say("meeting.called")
    told, title = [(name, _short(name, words, width)) for name, words in rows(meeting)], named(meeting)
    ends = [say("meeting.how_to_answer", words=typed(meeting)), say("meeting.may_change")]
    lines = [say("meeting.row", field=say(f"meeting.field.{name}"), value=words) for name, words in told]
    links = [f"{label}: {url}" for label, url in _links(meeting)]
    alt = "\n".join([f"{head}: {title}", *lines, *links, *ends])
    body = [_row(name, words) for name, words in told] + _link_buttons(meeting)
    body += [{"type": "separator"}, *(text(one, size="sm", color=QUIET) for one in ends)]
    return Card(_alt(alt, ends), bubble(title, head, body, answers(meeting)))


def _fitting(make: Callable[[int], Card]) -> Card:
    """Return a card with as much of each field as there is room for."""
    for width in WIDTHS[:-1]:
        card = make(width)
        if len(json.dumps(card.contents)) <= BYTES:
            return card
    return make(WIDTHS[-1])


def answers(meeting: Meeting) -> list[dict[str, Any]]:
    """Return the buttons with which a meeting is answered, as it stands."""
    acts = [do for do in ANSWERS if offers(meeting, do)]
    made = [button(say(f"meeting.label.{do}"), act(meeting, do), primary=do in ANSWERS[:2]) for do in acts]
    return [*made, button(say("meeting.label.meeting_calendar"), act(meeting, "meeting_calendar"))]


def act(meeting: Meeting, do: str) -> Act:
    """Return the act of a button about a meeting as it stands."""
    return Act(do, revision=meeting.version, value=str(meeting.id))


def offers(meeting: Meeting, do: str) -> bool:
    """Tell whether an answer may be given to a meeting: one cannot go to a room where there is none."""
    return {"meeting_room": meeting.has_room, "meeting_online": meeting.is_online}.get(do, True)


def typed(meeting: Meeting) -> str:
    """Return the words with which a meeting is answered."""
    modes = {"room": meeting.has_room, "online": meeting.is_online}
    return " ".join([*(say(f"meeting.word_{mode}") for mode, has in modes.items() if has), say("meeting.word_rest")])


def _short(name: str, words: str, width: int) -> str:
    """Return a field's words, clipped where they are too long."""
    if limits.units(words) <= width:
        return words
    more = [say("meeting.agenda_more")] if name == "agenda" else []
    return "\n".join([clip(words, width), *more])


def _alt(words: str, ends: Sequence[str]) -> str:
    """Return words that fit into an alt text; where they are too long, how to answer still ends them."""
    if limits.units(words) <= limits.ALT_TEXT_UNITS:
        return words
    end = "\n".join(ends)
    rest = words.removesuffix(end)
    return f"{clip(rest, limits.ALT_TEXT_UNITS - limits.units(end) - 1).rstrip()}\n{end}"


def _row(name: str, words: str) -> dict[str, Any]:
    label = text(say(f"meeting.field.{name}"), size="sm", color=QUIET)
    return {"type": "box", "layout": "vertical", "contents": [label, text(words)]}


def _links(meeting: Meeting) -> Iterator[tuple[str, str]]:
    """Return the links that all may open; what one takes part by is none of them."""
    for name, url in (("map", meeting.map_url), ("letter", meeting.letter_url), ("broadcast", meeting.broadcast_url)):
        if url and url not in (meeting.link, meeting.online_url):
            yield say(f"meeting.label.{name}"), url


def _link_buttons(meeting: Meeting) -> list[dict[str, Any]]:
    return [
        {
            "type": "button",
            "style": "link",
            "height": "sm",
            "action": {"type": "uri", "label": shorten(label, limits.TEMPLATE_LABEL_GRAPHEMES), "uri": url},
        }
        for label, url in _links(meeting)
    ]


# What changed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between what somebody knows of a meeting and how it stands. fields: name → [before, after].

    Values are as ``Draft.data`` has them. asks_again: the day or the place has changed.
    """

    fields: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    asks_again: bool = False


def changed(meeting: Meeting, change: Change) -> Card:
    """Return the card that names what has changed, and only that."""
    return _fitting(lambda width: _changed_card(meeting, change, width))


def _changed_card(meeting: Meeting, change: Change, width: int) -> Card:
    head, title = say("meeting.changed"), named(meeting)
    lines = list(_changes(meeting, change, width))
    asks = say("meeting.asked_again" if change.asks_again else "meeting.answer_stands")
    ends = [asks, say("meeting.how_to_answer", words=typed(meeting))]
    alt = "\n".join([f"{head}: {title}", *lines, *ends])
    body = [text(line, weight="bold") for line in lines] + _link_buttons_of(meeting, change)
    body += [{"type": "separator"}, text(asks), text(ends[-1], size="sm", color=QUIET)]
    buttons = answers(meeting) if change.asks_again else []
    buttons.append(button(say("meeting.label.meeting_show"), act(meeting, "meeting_show")))
    return Card(_alt(alt, ends), bubble(title, head, body, buttons))


def cancelled(meeting: Meeting) -> Say:
    """Return that a meeting is cancelled, and why."""
    said = [say("meeting.cancelled", title=named(meeting), when=when(meeting))]
    if meeting.cancelled_why:
        said.append(say("meeting.cancelled_why", why=meeting.cancelled_why))
    return Say("\n".join([*said, say("meeting.cancelled_end")]))


def _changes(meeting: Meeting, change: Change, width: int) -> Iterator[str]:
    was = Draft.read({**Draft.of(meeting).data(), **{name: pair[0] for name, pair in change.fields.items()}})
    if {"starts_at", "ends_at"} & change.fields.keys():
        yield say("meeting.was_is", field=say("meeting.field.when"), was=when(was), now=when(meeting))
    if {"online_url", "broadcast_url"} & change.fields.keys():
        yield from _online(meeting, was)
    for name in ("title", "number", "place", "map_url", "answer_by", "chair", "letter", "dress", "contact"):
        if name in change.fields:
            yield _changed(name, getattr(was, name), getattr(meeting, name), width)
    for name in ("letter_url", "agenda"):
        if name in change.fields:
            yield _changed(name, None, getattr(meeting, name), width)


def _online(meeting: Meeting, was: Draft) -> Iterator[str]:
    if meeting.link is None:
        yield say("meeting.dropped", field=say("meeting.field.online"))
    elif meeting.link != (was.online_url or was.broadcast_url):
        had = was.online_url or was.broadcast_url
        told = say("meeting.online_changed" if had else "meeting.online_told")
        yield say("meeting.is_now", field=say("meeting.field.online"), now=told)
    if meeting.online_url and meeting.broadcast_url != was.broadcast_url:
        yield _changed("broadcast_url", None, meeting.broadcast_url, limits.URI_UNITS)


def _changed(name: str, was: Any, now: Any, width: int) -> str:
    label, links = say(f"meeting.field.{name}"), name.endswith("_url")
    if not now:
        return say("meeting.dropped", field=label)
    before, after = (
        moment(one) if isinstance(one, datetime) else _short(name, one or "", limits.URI_UNITS if links else width)
        for one in (was, now)
    )
    if before and not links:
        return say("meeting.was_is", field=label, was=before, now=after)
    return say("meeting.is_now", field=label, now=after)


def _link_buttons_of(meeting: Meeting, change: Change) -> list[dict[str, Any]]:
    new = {url for name, (_, url) in change.fields.items() if name.endswith("_url") and url}
    return [one for one in _link_buttons(meeting) if one["action"]["uri"] in new]
