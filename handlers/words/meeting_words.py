"""What the invited type about a meeting: an answer with its mode, delegate and reason, or a question.

The words are data: ``handlers/texts/meeting_words.yaml``.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers import texts
from handlers.words.clean import bare, clean, folded
from handlers.words.keyboard import from_english_keyboard
from handlers.words.meeting_slots import reason_in, sent_in
from handlers.words.patterns import tidy

_LONGEST = 200
"""Characters of a message that may be about a meeting; longer ones are something else."""
_LONGEST_NAMED = 90
_MOST = 5
"""Words of one group in a row: without a bound, long rows of particles would take ages."""
_KEYBOARD = re.compile(r"[\x21-\x7e]{2,40}")


@dataclass(frozen=True, slots=True)
class MeetingWords:
    """What a message says of a meeting.

    does: the act, as a button's would be, or "meeting_coming" (how is not said), "checkin". online: None where no mode
    is said. named: it can only mean the meeting. name, position: of the delegate. reason: why not.
    """

    does: str
    named: bool = False
    online: bool | None = None
    name: str | None = None
    position: str | None = None
    reason: str | None = None


def meeting_words(text: str, *, asking: bool, whole: bool = False) -> MeetingWords | None:
    """Return what a message says of a meeting, None where nothing. Never raises.

    asking: a question of something else is open: then only what names the meeting, and nothing else, counts.
    whole: only what says nothing else counts.
    """
    text = clean(text)
    if len(text) > (_LONGEST_NAMED if asking else _LONGEST):
        return None
    found = _meaning(text, asking, whole) or _by_keyboard(text, asking)
    return _complete(*found) if found else None


def about_school(text: str) -> bool:
    """Tell whether words tell of the school: no name, nor position, of somebody sent."""
    return _has("never", bare(folded(clean(text))))


def _by_keyboard(text: str, asking: bool) -> tuple[str, bool, str] | None:
    """Understand words typed with the keyboard left in English: "g-hkij;," is "เข้าร่วม"."""
    if asking or not _KEYBOARD.fullmatch(text):
        return None
    typed = clean(from_english_keyboard(text))
    key = bare(folded(typed))
    for does, lines in _lines().items():
        if any(_pattern(line).fullmatch(key) for line in (*lines["named"], *lines["whole"])):
            return does, False, typed
    return None


def _meaning(text: str, asking: bool, alone: bool) -> tuple[str, bool, str] | None:
    """Return what is meant, whether the meeting is named, and the words that say it."""
    key = bare(folded(text))
    if not key:
        return None
    for does, lines in _lines().items() if _has("names", key) else ():
        if any(_pattern(line).fullmatch(key) for line in lines["named"]):
            return does, True, text
    if asking:
        return None
    for does, lines in _lines().items():
        if any(_pattern(line).fullmatch(key) for line in lines["whole"]):
            return does, False, text
    return None if alone else _clue(key, text)


def _clue(key: str, text: str) -> tuple[str, bool, str] | None:
    if _has("never", key):
        return None
    for does, lines in _lines().items():
        if any(_pattern(line).search(key) for line in lines["clues"]):
            return does, False, text
    return None


def _complete(does: str, named: bool, text: str) -> MeetingWords:
    online = _online(text)
    if does == "meeting_no" and online is not None and _has("instead", bare(folded(text))):
        does = "meeting_coming"  # not in the room, but online
    if does == "meeting_delegate":
        name, position = sent_in(text)
        return MeetingWords(does, named, online, name, position)
    if does == "meeting_no":
        return MeetingWords(does, named, reason=reason_in(text))
    if does == "meeting_coming" and online is not None:
        return MeetingWords("meeting_online" if online else "meeting_room", named, online)
    return MeetingWords(does, named, online)


def _online(text: str) -> bool | None:
    """Tell the mode that is said last: "ไปที่ห้องไม่ได้ ขอออนไลน์" is online."""
    found = list(_modes().finditer(bare(folded(text))))
    return found[-1].lastgroup == "call" if found else None


def _has(section: str, key: str) -> bool:
    """Tell whether words of a section of its own ("names", "never", "instead") stand in a message."""
    return _pattern(_raw()[section]).search(key) is not None


@cache
def _raw() -> dict[str, Any]:
    raw: dict[str, Any] = texts.data("meeting_words.yaml")
    return raw


@cache
def _sets() -> dict[str, str]:
    sets: dict[str, str] = {}
    for name, pattern in _raw()["sets"].items():
        sets[name] = _expanded(pattern, sets)
    return sets


def _expanded(pattern: str, sets: dict[str, str]) -> str:
    pattern = re.sub(r"\((?!\?)", "(?:", bare(pattern))
    for name in re.findall(r"\{([a-z]+)\}", pattern):
        pattern = pattern.replace(f"{{{name}}}", sets[name])
    return tidy(pattern).replace(")*", f"){{0,{_MOST}}}")


@cache
def _lines() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return the lines by meaning and kind, as they are written."""
    meanings: dict[str, dict[str, list[str]]] = _raw()["meanings"]
    return {
        does: {kind: tuple(lines.get(kind, ())) for kind in ("named", "whole", "clues")}
        for does, lines in meanings.items()
    }


@cache
def _pattern(line: str) -> re.Pattern[str]:
    """Compile a line when it is first needed: all of them take long, and few messages are held against every one."""
    return re.compile(_expanded(line, _sets()))


@cache
def _modes() -> re.Pattern[str]:
    return re.compile(f"(?P<call>{_sets()['zoom']})|(?P<room>{_sets()['here']})")
