"""Who is sent in one's place, and why one cannot come, in words as they were typed."""

import re
from functools import cache
from typing import Any

from handlers import texts
from handlers.words.clean import clean, letters
from handlers.words.numbered import loose

_GAP = r"[\s.,:()“”\"'/_–-]*"
_SHORTEST = 2
"""Letters of a name, position or reason."""


def sent_in(text: str) -> tuple[str | None, str | None]:
    """Return the name and the position of who is sent, in a sentence that says so; None for what is not said."""
    found = _sending().search(clean(text))
    return person_in(found["who"]) if found else (None, None)


def person_in(text: str) -> tuple[str | None, str | None]:
    """Return the name and the position in words that name a person: "นางมยุรี จำลองพันธ์ รอง ผอ."."""
    words = _without_politeness(clean(text))
    if cut := _called().search(words):
        return _name(words[: cut.start()]), position_in(words[cut.end() :])
    if lines := re.fullmatch(r"([^\n,]+)[\n,]+([^\n,]+)", words):
        swapped = _position().match(lines[1]) is not None and _position().match(lines[2]) is None
        first, second = (lines[2], lines[1]) if swapped else (lines[1], lines[2])
        return _name(first), position_in(second)
    if behind := _behind().fullmatch(words):
        return _name(behind["name"]), position_in(behind["position"])
    if before := _before().fullmatch(words):
        name = _name(before["name"])
        return name, position_in(before["position"])
    return _name(words), None


def position_in(text: str) -> str | None:
    """Return a position, without particles around it."""
    words = _called().sub("", _without_politeness(clean(text))).strip(" ,.:()-\n") if text else ""
    words = _abbreviated(words)
    return words if _says_something(words) else None


def _abbreviated(words: str) -> str:
    """Put the point back that belongs to an abbreviation: "รอง ผอ" is "รอง ผอ."."""
    return re.sub(r"(?<![ก-๙])((?:รอง\s*|ผู้ช่วย\s*)?ผอ)$", r"\1.", words)


def _name(words: str) -> str | None:
    words = _without_politeness(words).strip(" ,.:()-/\n")
    words = _is_called().sub("", words).strip()
    if not _says_something(words) or _nobody().fullmatch(words):
        return None
    return " ".join(words.split())


def _says_something(words: str) -> bool:
    """Tell whether there are letters among the words: a number is neither a name nor a position."""
    return letters(words) >= _SHORTEST and any(map(str.isalpha, words))


def says_later(text: str) -> bool:
    """Tell whether words say that there is nothing to say yet, where a name or a reason is asked for."""
    return _later().fullmatch(_trimmed(clean(text))) is not None


def says_oneself(text: str) -> bool:
    """Tell whether the head says to come in person: "ไปเอง", not "ด้วยตนเอง", which a delegate comes, too."""
    return _oneself().search(clean(text)) is not None


def reason_in(text: str) -> str | None:
    """Return why one cannot come: the words beside those that say so; None where there are none."""
    words = _absent().sub(" ", clean(text))
    while (fewer := _edges().sub("", words).strip(" ,.:-/\n")) != words:
        words = fewer
    return " ".join(words.split()) if letters(words) >= _SHORTEST else None


def sends(text: str) -> bool:
    """Tell whether words begin by sending somebody: "ส่งผู้แทน" is no name."""
    return _sending().match(_trimmed(clean(text))) is not None


def _trimmed(words: str) -> str:
    return _cut_off(words, _particles())


def _without_politeness(words: str) -> str:
    """Return the words of a name without particles; what is written in one with it may be its end ("วัฒนะ", "มีนา")."""
    return _cut_off(words, _after_a_name())


def _cut_off(words: str, ends: re.Pattern[str]) -> str:
    words = words.strip(" ,.:-/\n")
    while (fewer := ends.sub("", words).strip(" ,:-/\n")) != words:
        words = fewer
    return words


@cache
def _raw() -> dict[str, list[str]]:
    raw: Any = texts.data("meeting_slots.yaml")
    return {name: [str(word) for word in words] for name, words in raw.items()}


def _any(name: str) -> str:
    return loose(_raw()[name])


@cache
def _sending() -> re.Pattern[str]:
    ends = f"(?:{_GAP}(?:{_any('instead')}|$))"
    return re.compile(rf"{_any('gives')}{_GAP}(?P<who>.{{2,120}}?){ends}", re.DOTALL)


@cache
def _position() -> re.Pattern[str]:
    return re.compile(_any("positions"))


@cache
def _called() -> re.Pattern[str]:
    return re.compile(rf"{_GAP}{_any('called')}{_GAP}")


@cache
def _is_called() -> re.Pattern[str]:
    return re.compile(rf"^(?:{_any('named')}{_GAP})+")


@cache
def _behind() -> re.Pattern[str]:
    return re.compile(rf"(?P<name>\S.*?)[\s(/–-]+(?P<position>{_any('positions')}(?:[^\n]{{0,60}}))", re.DOTALL)


@cache
def _before() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any('named')}{_GAP})*(?P<position>{_any('positions')})\.?{_GAP}(?P<name>.*)", re.DOTALL)


@cache
def _nobody() -> re.Pattern[str]:
    return re.compile(rf"(?:{_any('nobody')}|{_any('positions')}|\W)+")


@cache
def _later() -> re.Pattern[str]:
    return re.compile(rf"{_any('later')}{_GAP}(?:{_any('whom')}{_GAP})?")


@cache
def _oneself() -> re.Pattern[str]:
    return re.compile(_raw()["oneself"][0])


@cache
def _absent() -> re.Pattern[str]:
    return re.compile(_any("absent"))


@cache
def _particles() -> re.Pattern[str]:
    return re.compile(rf"{_any('particles')}$")


@cache
def _after_a_name() -> re.Pattern[str]:
    attached = "|".join(map(re.escape, _raw()["attached"]))
    return re.compile(rf"(?:(?<=\s){_any('particles')}|(?:{attached}))$")


@cache
def _edges() -> re.Pattern[str]:
    return re.compile(rf"^(?:{_any('because')}|{_any('particles')}(?![ก-๙]))|(?:{_any('particles')})$")
