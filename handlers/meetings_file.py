"""Reading a meeting from a YAML file that people edit by hand.

    title: ประชุมชี้แจงพื้นที่นวัตกรรม
    number: ครั้งที่ 1/2569
    date: 22 ม.ค. 2569        # or 2569-01-22, or 2026-01-22
    start: 9:00
    end: 12:00
    place: ห้องประชุม สพป.บุรีรัมย์ เขต 1
    map: https://…            # links: map, online, broadcast, letter_link
    audience: ทุกโรงเรียน       # as it is typed in LINE; all schools' directors where it is left out
    answer_by: 20 ม.ค. 2569 16:00
    seats: 60                 # and: chair, agenda, letter, dress, contact, urgent

A file is refused as a whole, with the line and the reason of everything that is wrong in it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import yaml

from handlers import audience_said, meetings_drafts, when
from handlers.audience_words import Doubt
from handlers.audiences import Audience
from handlers.meetings_drafts import Draft, Trouble
from handlers.meetings_fields import ANSWER_UNTIL
from handlers.question_file import Fault
from handlers.thai import BANGKOK
from handlers.words import digits

WORDS = {
    "title": "title",
    "number": "number",
    "place": "place",
    "map": "map_url",
    "online": "online_url",
    "broadcast": "broadcast_url",
    "chair": "chair",
    "agenda": "agenda",
    "letter": "letter",
    "letter_link": "letter_url",
    "dress": "dress",
    "contact": "contact",
}
"""A key of the file → the field of a draft."""
_KEYS = {*WORDS, "date", "start", "end", "answer_by", "seats", "urgent", "audience"}
_NEEDED = ("title", "date", "start", "end")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:\s*น\.?)?")
_YES = {"true": True, "yes": True, "ใช่": True, "false": False, "no": False, "ไม่": False}
_OF: Mapping[Trouble, tuple[str, ...]] = {
    Trouble.PAST: ("date", "start"),
    Trouble.END_BEFORE_START: ("end",),
    Trouble.TOO_LONG: ("end",),
    Trouble.ANSWER_BY_LATE: ("answer_by",),
    Trouble.ANSWER_BY_PAST: ("answer_by",),
    Trouble.SEATS_FEW: ("seats",),
    Trouble.SEATS_WITHOUT_ROOM: ("seats",),
    Trouble.NO_LINK: ("map", "online", "broadcast", "letter_link"),
    Trouble.WORDS_LONG: ("number", "place", "chair", "agenda", "letter", "dress", "contact"),
    Trouble.NO_AUDIENCE: ("audience",),
}
"""Where a trouble stands in the file; all others are the title's."""

ReadAudience = Callable[[str], Audience | Doubt]


class BadMeetingFile(ValueError):
    """A meeting's file that is refused: everything that is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.reason)))
        super().__init__("\n".join(f"line {fault.line} (บรรทัดที่ {fault.line}): {fault.reason}" for fault in self.faults))


def read(text: str, now: datetime, audience: ReadAudience, usual: Audience) -> Draft:
    """Return the meeting of a YAML text. audience: reads a typed one; usual: where none is written.

    Raises:
        BadMeetingFile: something is wrong with it.
    """
    return _File(_lines(text), now).draft(audience, usual)


def _lines(text: str) -> dict[str, tuple[int, str]]:
    """Return what stands behind each key, as it is written, and in which line."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadMeetingFile(Fault(_line(mark), f"not YAML: {error.problem}, รูปแบบไม่ถูกต้อง")) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise BadMeetingFile(Fault(1, f"not YAML: {error}, อ่านไฟล์ไม่ได้")) from None
    if not isinstance(node, yaml.MappingNode):
        raise BadMeetingFile(Fault(1, "no meeting in this file, ไม่พบการประชุมในไฟล์"))
    return _found(node)


def _found(node: yaml.MappingNode) -> dict[str, tuple[int, str]]:
    found: dict[str, tuple[int, str]] = {}
    faults = []
    for key_node, value in node.value:
        key, line = str(key_node.value), _line(key_node.start_mark)
        if key in found:
            faults.append(Fault(line, f"{key}: stands twice, ซ้ำกัน"))
        elif key not in _KEYS:
            faults.append(Fault(line, f"{key}: is not known here, ไม่รู้จัก ({', '.join(sorted(_KEYS))})"))
        elif (words := _words(value)) is None:
            faults.append(Fault(line, f"{key}: must be words, ต้องเป็นข้อความ"))
        else:
            found[key] = (line, words)
    if faults:
        raise BadMeetingFile(*faults)
    return found


def _words(node: yaml.Node) -> str | None:
    """Return what is written; of a list its lines, numbered; None where it is neither."""
    if isinstance(node, yaml.ScalarNode):
        return "" if node.tag.endswith(":null") else str(node.value).strip()
    if isinstance(node, yaml.SequenceNode) and all(isinstance(one, yaml.ScalarNode) for one in node.value):
        return "\n".join(f"{number}. {one.value}" for number, one in enumerate(node.value, 1))
    return None


def _line(mark: yaml.Mark | None) -> int:
    return mark.line + 1 if mark else 1


@dataclass
class _File:
    """What stands in a file, being read; faults: what is wrong so far."""

    found: Mapping[str, tuple[int, str]]
    now: datetime
    faults: list[Fault] = field(default_factory=list)

    def draft(self, audience: ReadAudience, usual: Audience) -> Draft:
        """Return the whole of it."""
        for key in _NEEDED:
            if not self._text(key):
                self._refuse(key, "is missing, ขาดไป")
        day, start, end = self._day("date"), self._clock("start"), self._clock("end")
        given: dict[str, Any] = {name: self._text(key) or None for key, name in WORDS.items()}
        given |= {"answer_by": self._moment("answer_by"), "seats": self._number("seats"), "urgent": self._yes("urgent")}
        given["audience"] = self._audience(audience) if self._text("audience") else usual
        if day is None or start is None or end is None or self.faults:
            raise BadMeetingFile(*self.faults)
        at = [datetime.combine(day, clock, BANGKOK) for clock in (start, end)]
        draft = Draft(**given | {"title": self._text("title"), "starts_at": at[0], "ends_at": at[1]})
        for trouble in meetings_drafts.check(draft, self.now):
            self.faults.append(Fault(self._line_of(trouble), meetings_drafts.words(trouble, draft)))
        if self.faults:
            raise BadMeetingFile(*self.faults)
        return draft

    def _text(self, key: str) -> str:
        return self.found.get(key, (0, ""))[1]

    def _refuse(self, key: str, why: str) -> None:
        self.faults.append(Fault(self.found.get(key, (1, ""))[0], f"{key}: {why}"))

    def _line_of(self, trouble: Trouble) -> int:
        known = [self.found[key][0] for key in (*_OF.get(trouble, ()), "title") if key in self.found]
        return known[0] if known else 1

    def _day(self, key: str) -> date | None:
        words = digits(self._text(key))
        if not words:
            return None
        day = _iso(words) if _ISO.fullmatch(words) else when.read(words, self.now).day
        if day is None:
            self._refuse(key, f"{words}: no single day, ไม่ทราบว่าเป็นวันใด เช่น 22 ม.ค. 2569")
        return day

    def _clock(self, key: str) -> time | None:
        words = digits(self._text(key))
        if not words:
            return None
        clock = _time(words)
        if clock is None:
            self._refuse(key, f"{words}: no time like 9:00, ไม่ใช่เวลา เช่น 9:00")
        return clock

    def _moment(self, key: str) -> datetime | None:
        words = digits(self._text(key))
        if not words:
            return None
        day, _, clock = words.partition(" ")
        on, at = _iso(day), _time(clock.strip()) if clock.strip() else ANSWER_UNTIL
        if on is not None and at is not None:
            return datetime.combine(on, at, BANGKOK)
        moment = when.read(words, self.now).moment(self.now, ANSWER_UNTIL)
        if moment is None:
            self._refuse(key, f"{words}: no single moment, ไม่ทราบว่าเป็นเวลาใด เช่น 20 ม.ค. 2569 16:00")
        return moment

    def _number(self, key: str) -> int | None:
        words = digits(self._text(key))
        if words and not re.fullmatch(r"-?\d{1,9}", words):
            self._refuse(key, f"{words}: must be a whole number, ต้องเป็นจำนวนเต็ม")
            return None
        return int(words) if words else None

    def _yes(self, key: str) -> bool:
        words = self._text(key).lower()
        if words and words not in _YES:
            self._refuse(key, f"{words}: must be true or false, ต้องเป็น true หรือ false")
        return _YES.get(words, False)

    def _audience(self, read_audience: ReadAudience) -> Audience:
        found = read_audience(self._text("audience"))
        if isinstance(found, Audience):
            return found
        self._refuse("audience", audience_said.why(found).replace("\n", " "))
        return Audience()


def _time(words: str) -> time | None:
    found = _CLOCK.fullmatch(words)
    return time(int(found[1]), int(found[2])) if found and int(found[1]) <= 23 and int(found[2]) <= 59 else None


def _iso(words: str) -> date | None:
    found = _ISO.fullmatch(words)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year - 543 if year > 2400 else year, month, day)
    except ValueError:
        return None
