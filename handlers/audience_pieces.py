"""The pieces of an audience as it is typed: taken apart where signs or words join them, roles apart from places.

The words are ``handlers/texts/audiences.yaml``.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers import texts
from handlers.agency_names import folded, parsed
from models.people import SUBMITTERS, Role


@dataclass(frozen=True, slots=True)
class Part:
    """What one piece of the words says. everywhere: all that the office reaches."""

    roles: frozenset[Role] = frozenset()
    agencies: frozenset[int] = frozenset()
    schools: frozenset[int] = frozenset()
    everywhere: bool = False

    @property
    def place(self) -> tuple[Any, ...]:
        """Return all that it says of places."""
        return (self.agencies, self.schools, self.everywhere)

    @property
    def has_place(self) -> bool:
        """Tell whether it says any place."""
        return bool(self.agencies or self.schools or self.everywhere)

    def goes_on(self, other: "Part") -> bool:
        """Tell whether what follows is about the same people, and no other roles in places of their own."""
        return not (self.has_place and other.roles and other.roles != (self.roles or SUBMITTERS))

    def joined(self, other: "Part") -> "Part":
        """Return both together."""
        return Part(
            self.roles | other.roles,
            self.agencies | other.agencies,
            self.schools | other.schools,
            self.everywhere or other.everywhere,
        )


_RUN = re.compile(r"^(.*?)\s*((?:\d{1,2}\s*(?:[-–]|ถึง|\s)\s*)+\d{1,2})$")
_RANGE = re.compile(r"(\d{1,2})\s*(?:[-–]|ถึง)\s*(\d{1,2})")
_AREAS = re.compile(r"(?<=\d)\s+(?=เขต|สพ[ปม])")
NUMBER = re.compile(r"\d{1,2}")
LAST_NUMBER = re.compile(r"\s*\d{1,2}\s*$")


def pieces(said: str) -> list[str]:
    """Take the words apart where signs or words join them; "เขต 1-3" and "เขต 1 2 3" are three agencies."""
    between = _data().between
    apart = re.compile(rf"[,;\n|+&•]+|(?<=[\s\d.)])(?:{between})(?=[\s\d]|[ก-๎])")
    return [one for piece in apart.split(said) if piece.strip() for one in _spread(piece.strip())]


def _spread(piece: str) -> list[str]:
    several = _AREAS.split(piece)
    if len(several) > 1 and all(_is_agency(bare(one)[1]) for one in several):
        return [one for each in several for one in _spread(each)]
    found = _RUN.match(piece)
    kind = parsed(bare(found[1])[1]) if found else None
    if found is None or (found[1] and kind is not None and not (kind.kind or _is_area(found[1]))):
        return [piece]
    numbers = _RANGE.sub(lambda run: " ".join(str(one) for one in range(int(run[1]), int(run[2]) + 1)), found[2])
    return [f"{found[1]} {number}".strip() for number in NUMBER.findall(numbers)]


def _is_agency(words: str) -> bool:
    said = parsed(words)
    return not said.text and said.says_enough


def _is_area(words: str) -> bool:
    return folded(words).endswith("เขต")


def bare(piece: str) -> tuple[frozenset[Role], str]:
    """Take roles and courtesy off both ends; return the roles, and what is left: a place."""
    data, roles = _data(), frozenset[Role]()
    while True:
        piece = data.after.sub("", piece.strip(" .-–:"))
        if folded(piece) in data.places:
            return roles, piece
        for beginning, named in data.roles:
            if found := beginning.match(piece):
                roles, piece = roles | named, piece[found.end() :]
                break
        else:
            shorter = data.before.sub("", piece, count=1)
            if shorter == piece or not data.begins_with_role(shorter):
                return roles, piece
            piece = shorter


def is_all(words: str) -> bool:
    """Tell whether words mean all that one's own office reaches ("ทุกโรงเรียน")."""
    return folded(words) in _data().all


def is_province(words: str) -> bool:
    """Tell whether words mean all of the province ("ทุกเขต"), whatever the office."""
    return folded(words) in _data().province


def excepts(words: str) -> bool:
    """Tell whether words leave somebody out ("ยกเว้น")."""
    return _data().excepting.search(words) is not None


def together(words: str) -> list[str]:
    """Return what is written together without a space ("เอกชนและเทศบาล"); nothing where there is only one."""
    found = [one.strip() for one in re.split(_data().between, words) if one.strip()]
    return found if found != [words] else []


# The data ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Data:
    roles: list[tuple[re.Pattern[str], frozenset[Role]]]
    all: frozenset[str]
    province: frozenset[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    between: str
    excepting: re.Pattern[str]
    places: frozenset[str]

    def begins_with_role(self, words: str) -> bool:
        """Tell whether words begin with a role, behind some more courtesy perhaps; nothing at all counts as well."""
        bare = self.before.sub("", words.strip(), count=1)
        return not bare or any(beginning.match(one) for beginning, _ in self.roles for one in (words.strip(), bare))


_ROLES = {"directors": SUBMITTERS, "delegate": {Role.DELEGATE}, "verifier": {Role.VERIFIER}}
_ROLES |= {"coordinator": {Role.COORDINATOR}}


@cache
def _data() -> _Data:
    data: dict[str, Any] = texts.data("audiences.yaml")
    words = [(word, frozenset(_ROLES[name])) for name, known in data["roles"].items() for word in known]
    every, province = (frozenset(folded(word) for word in data[name]) for name in ("all", "province"))
    return _Data(
        [(_beginning(word), roles) for word, roles in sorted(words, key=lambda one: -len(one[0]))],
        every,
        province,
        re.compile("^(?:" + "|".join(sorted(data["before"], key=len, reverse=True)) + r")\s*"),
        re.compile(r"\s*(?:" + "|".join(sorted(data["after"], key=len, reverse=True)) + ")$"),
        "|".join(sorted(data["between"], key=len, reverse=True)),
        re.compile("|".join(data["except"])),
        every | province,
    )


def _beginning(word: str) -> re.Pattern[str]:
    """Return a pattern for a role, with or without dots and spaces between its letters, and no beginning of a word."""
    ends = r"(?![ะ-ฺ็-๎])"
    return re.compile(r"[\s.]*".join(letter for letter in word if letter != " ") + rf"{ends}[\s.]*")
