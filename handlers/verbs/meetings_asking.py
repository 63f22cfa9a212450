"""The questions of which a meeting is made, and what is said where an answer is none."""

from datetime import datetime, time, timedelta

from handlers import meetings_cards, meetings_times
from handlers.audience_words import Doubt
from handlers.flows.meetings import LINK, TITLE, WHEN, WHERE, WHOM
from handlers.meetings_cards import named
from handlers.meetings_fields import Amiss
from handlers.meetings_times import Span
from handlers.messages.build import shorten
from handlers.messages.limits import QUICK_REPLY_LABEL_GRAPHEMES
from handlers.messages.values import Act, Choice, Say
from handlers.picking_days import day_choices
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, today
from handlers.verbs.meetings_work import Work, choice, stand, work

EVERYBODY = "all"
"""What the button says that invites all schools in reach."""
OPTIONS = 8
"""Places offered at once where an audience is in doubt."""
_TIMES = ("09:00-12:00", "13:00-16:30", "09:00-16:30")
"""From when to when meetings usually are."""
_HOURS = (1, 2, 3)
"""How long, where only the start was said."""


def asked(words: str, lead: str) -> str:
    """Return a question with what is said before it."""
    return "\n\n".join(filter(None, (lead, words)))


def _step(n: int, *, first: bool) -> str:
    """Return the head of one of the four questions of a new meeting; none where a part is only changed."""
    return f"{say('making.step', n=n)}\n" if first else ""


def _pause() -> Choice:
    return choice("cancel", "label.host_pause")


def ask_title(talk: Talk, lead: str = "") -> Turn:
    """Ask what the meeting is called."""
    one = work(talk)
    stand(talk, one, TITLE)
    return turn(Say(asked(_step(1, first=one is None) + say("making.ask_title"), lead), (_pause(),)))


def amiss(why: Amiss) -> str:
    """Return in Thai why words are no value."""
    return say(why.key, **why.slots)


def ask_when(talk: Talk, one: Work, lead: str = "", span: Span | None = None) -> Turn:
    """Ask for day and time, or for what of it is still missing."""
    known = span or Span()
    parts = {"day": known.day, "start": known.start, "end": known.end}
    memo = {name: part.isoformat() for name, part in parts.items() if part is not None}
    number = stand(talk, one, WHEN, **memo)
    words = say(_question(known), title=named(one.draft), day=day(known.day) if known.day else "")
    words = _step(2, first=one.draft.ends_at == one.draft.starts_at) + words
    return turn(Say(asked(words, lead), (*_times(talk, known, number), _pause())))


def _question(known: Span) -> str:
    if known.day is None:
        return "making.ask_when"
    return "making.ask_times" if known.start is None else "making.ask_end"


def _times(talk: Talk, known: Span, number: int) -> tuple[Choice, ...]:
    """Return the days or times that are likely, as buttons."""
    if known.times:
        spans = [_clock(start) + (f"-{_clock(end)}" if end else "") for start, end in known.times]
        return tuple(_set(one, number) for one in spans)
    if known.day is None:
        return day_choices(talk, "host_set", number, known.days, first=today(talk.now))
    if known.start is None:
        return tuple(_set(one, number) for one in _TIMES)
    begins = datetime.combine(known.day, known.start)
    ends = [begins + timedelta(hours=hours) for hours in _HOURS]
    return tuple(_set(_clock(end.time()), number) for end in ends if end.date() == begins.date())


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _set(value: str, number: int) -> Choice:
    return Choice(value.replace("-", "–"), Act("host_set", revision=number, value=value), word=value)


def when_amiss(span: Span) -> str:
    """Return in Thai what is missing or in doubt of a time; "" where the next question says it."""
    if span.trouble in (meetings_times.Amiss.NO_START, meetings_times.Amiss.NO_END):
        return ""
    if span.trouble in ("no_day", "end_first", "which", "several_days"):
        return say(f"making.time.{span.trouble}")
    days = f" {say('when.or')} ".join(map(day, span.days))
    key = "vague" if span.trouble in ("ambiguous", "mismatch") and not days else span.trouble
    return say(f"when.{key}", days=days)


def ask_where(talk: Talk, one: Work, lead: str = "") -> Turn:
    """Ask where the meeting is; a link may stand behind it."""
    number = stand(talk, one, WHERE)
    online = Choice(say("label.online_only"), Act("host_set", revision=number, value="online"))
    first = not (one.draft.place or one.draft.online_url or one.draft.broadcast_url)
    words = _step(3, first=first) + say("making.ask_where", when=meetings_cards.when(one.draft))
    return turn(Say(asked(words, lead), (online, _pause())))


def ask_link(talk: Talk, one: Work, lead: str = "") -> Turn:
    """Ask for the link of a meeting that is online only."""
    stand(talk, one, LINK)
    return turn(Say(asked(say("making.ask_link"), lead), (_pause(),)))


def ask_whom(talk: Talk, one: Work, lead: str = "", doubt: Doubt | None = None) -> Turn:
    """Ask who is invited."""
    number = stand(talk, one, WHOM, **({"doubt": doubt.memo()} if doubt else {}))
    options = doubt.options if doubt else ()
    shown = [
        Choice(shorten(option.label, QUICK_REPLY_LABEL_GRAPHEMES), Act("host_set", revision=number, value=str(n)))
        for n, option in enumerate(options, 1)
    ][:OPTIONS]
    everybody = Choice(say("label.everybody"), Act("host_set", revision=number, value=EVERYBODY))
    place = talk.stand.agency or say("joining.everywhere")
    words = "" if doubt else _step(4, first=not one.draft.audience.roles) + say("making.ask_whom", place=place)
    return turn(Say(asked(words, lead), (*shown, everybody, _pause())))
