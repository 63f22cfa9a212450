"""How an agency may be written: kind, place and area number, as data (texts/agencies.yaml) has them.

"สพป.บร 1", "สพป.บร.๑" and "สำนักงานเขตพื้นที่การศึกษาประถมศึกษาบุรีรัมย์ เขต 1" are read as the same agency.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from handlers import texts
from handlers.words.clean import clean, small

_ABOUT = re.compile(r"^(?:ต้น)?สังกัด\s*[:：]?\s*|\(?เดิม\)?$")
_AREA = re.compile(r"เขต(?:พื้นที่)?(?:ที่)?\s*(\d{1,2})(?!\d)")
_LAST_NUMBER = re.compile(r"(?<!\d)(\d{1,2})\s*$")
_PROVINCE = re.compile(r"^(?:จังหวัด|จ\.)\s*")
_SIGNS = re.compile(r"[^\wัิ-ฺ็-๎]+|_")
_SHORT = 2


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency as its name says it. What the name does not say is empty; text: a name of no known kind, folded."""

    kind: str = ""
    office: str = ""
    place: str = ""
    number: str = ""
    text: str = ""

    def may_be(self, other: "Agency") -> bool:
        """Tell whether this says less than the other, and nothing else."""
        mine = (self.kind, self.office, self.place, self.number, self.text)
        others = (other.kind, other.office, other.place, other.number, other.text)
        return all(said in ("", known) for said, known in zip(mine, others, strict=True))

    @property
    def says_enough(self) -> bool:
        """Tell whether one could look for it: a province alone names no agency."""
        return bool(self.kind or self.number or self.text)

    @property
    def short(self) -> str:
        """Return its usual short name, "" where it is of no known kind."""
        if not self.kind:
            return ""
        area = f" เขต {self.number}" if self.number else ""
        return f"{self.office or self.kind}{self.place}{area}"


def folded(name: str) -> str:
    """Return a name to compare by: without spaces, dots and other signs, ๑ as 1."""
    return _SIGNS.sub("", small(clean(name)))


@lru_cache(maxsize=4096)  # people type into it
def parsed(name: str) -> Agency:
    """Read a name; one of no known kind comes back as its folded text."""
    text = " ".join(small(clean(name)).split())
    while (shorter := _ABOUT.sub("", text).strip()) != text:
        text = shorter
    kind, office, rest = _kind(text)
    place, number = _place(rest)
    if number and not place and (was := _data().formerly.get((kind, number))):
        place, number = was, ""
    if kind or (number and (place in _data().provinces or (not place and _AREA.search(rest)))):
        return Agency(kind, office, place, number)
    return Agency(place=place) if place in _data().provinces else Agency(text=folded(name))


def is_province(place: str) -> bool:
    """Tell whether a place is a province, by its full name."""
    return place in _data().provinces


def group_of(agency: Agency) -> str | None:
    """Return the name of the group that an office stands under, or None."""
    return agency.kind if agency.office else None


def _kind(text: str) -> tuple[str, str, str]:
    for beginning, kind, office in _data().beginnings:
        if found := beginning.match(text):
            return kind, office, text[found.end() :]
    return "", "", text


def _place(rest: str) -> tuple[str, str]:
    found = _AREA.search(rest) or _LAST_NUMBER.search(rest)
    if found:
        rest = f"{rest[: found.start()]} {rest[found.end() :]}"
    place = folded(_PROVINCE.sub("", rest.strip(" .,-()")))
    return _data().letters.get(place, place), str(int(found[1])) if found else ""


@dataclass(frozen=True, slots=True)
class _Data:
    beginnings: list[tuple[re.Pattern[str], str, str]]
    letters: dict[str, str]
    provinces: frozenset[str]
    formerly: dict[tuple[str, str], str]


@cache
def _data() -> _Data:
    data = texts.data("agencies.yaml")
    words = sorted(_words(data["kinds"]), key=lambda one: -len(one[0]))
    letters = data["provinces"]
    formerly = {
        (kind["name"], str(number)): place
        for kind in data["kinds"]
        for number, place in kind.get("formerly", {}).items()
    }
    beginnings = [(_beginning(word), kind, office) for word, kind, office in words]
    return _Data(beginnings, letters, frozenset(letters.values()), formerly)


def _words(kinds: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for kind in kinds:
        yield from ((word, kind["name"], "") for word in kind["words"])
        for office in kind.get("offices", ()):
            yield from ((word, kind["name"], office[0]) for word in office)


def _beginning(word: str) -> re.Pattern[str]:
    """Return a pattern for a word with or without dots; two letters (สช) must not be the beginning of a word."""
    letters = [letter for letter in word if letter not in ". "]
    ends = "(?![ก-๎])" if len(letters) <= _SHORT else "(?![ะ-ฺ็-๎])"
    return re.compile(r"[\s.]*".join(letters) + rf"{ends}[\s.]*")
