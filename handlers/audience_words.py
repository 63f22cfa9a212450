"""An audience as it is typed: "ทุกโรงเรียน", "สพป. 1 กับ สพม.", "ผอ.บ้านสวายตัวอย่าง, บ้านหนองสมมติ", "ผู้ตรวจทุกเขต".

The words are ``handlers/texts/audiences.yaml``. Nothing is guessed: what may mean two, lies outside the office's reach
or is not understood comes back as a ``Doubt``, which names what is possible. What was understood is said back.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection

from handlers import agencies, finding, texts
from handlers.agencies import Book
from handlers.agency_names import folded, parsed
from handlers.audiences import SCHOOL_ROLES, Audience
from handlers.finding import School
from handlers.school_names import code_like, normal
from handlers.words import clean, digits, number_alone, order
from models.people import SUBMITTERS, Role

LONGEST = 2000
"""Characters of an audience that is typed."""
NAMED = 12
"""Names said at most in an answer."""


class Why(StrEnum):
    """Why words name no audience yet."""

    EMPTY = "empty"
    UNKNOWN = "unknown"  # nothing here has such a name
    WHICH = "which"  # several have it
    LIKE = "like"  # these resemble it
    OUTSIDE = "outside"  # it is there, but not this office's to speak to
    CLOSED = "closed"
    MIXED = "mixed"  # these roles here, those there: two audiences
    PLACES = "places"  # agencies and named schools: two audiences
    OFFICERS = "officers"  # no officer belongs to a school
    APART = "apart"  # several names that nothing separates
    EXCEPT = "except"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Option:
    """One of those that may be meant: as it is shown, and as it would be typed to be sure."""

    label: str
    typed: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words that name no audience yet. part: of the words said, what is in doubt; names: what is possible here."""

    why: Why
    said: str
    part: str = ""
    options: tuple[Option, ...] = ()
    names: tuple[str, ...] = ()

    def memo(self) -> dict[str, Any]:
        """Return it as the place in a talk remembers it, for ``answered``."""
        return {"said": self.said, "part": self.part, "typed": [one.typed for one in self.options]}


@dataclass
class _Scope:
    """All that a channel has to choose from, and what of it the office may speak to."""

    book: Book
    known: list[School]
    reach: frozenset[int] | None

    def reaches(self, agency: int) -> bool:
        return self.reach is None or agency in self.reach

    def names(self) -> tuple[str, ...]:
        """Return the agencies that may be chosen, without those that stand under another one of them."""
        mine = [one for one in self.book.names if self.reaches(one)]
        top = [one for one in mine if not any(up in mine for up in self.book.above(one)[1:])]
        return tuple(self.book.names[one] for one in top)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one piece of the words says. everywhere: all that the office reaches."""

    roles: frozenset[Role] = frozenset()
    agencies: frozenset[int] = frozenset()
    schools: frozenset[int] = frozenset()
    everywhere: bool = False

    @property
    def place(self) -> tuple[Any, ...]:
        return (self.agencies, self.schools, self.everywhere)

    @property
    def has_place(self) -> bool:
        return bool(self.agencies or self.schools or self.everywhere)

    def joined(self, other: "_Part") -> "_Part":
        return _Part(
            self.roles | other.roles,
            self.agencies | other.agencies,
            self.schools | other.schools,
            self.everywhere or other.everywhere,
        )


# Reading ----------------------------------------------------------------------------------------------------------


def read(db: Connection, channel: str, words: str, reach: frozenset[int] | None, now: datetime) -> Audience | Doubt:
    """Return the audience that typed words name, or what is in doubt. reach: of the office, see ``agencies.reach``."""
    said = digits(clean(words))
    if len(said) > LONGEST:
        return Doubt(Why.LONG, said[:LONGEST])
    scope = _Scope(agencies.book(db, channel), finding.of_channel(db, channel, now), reach)
    return _read(scope, said)


def answered(
    db: Connection, channel: str, doubt: Mapping[str, Any], words: str, reach: frozenset[int] | None, now: datetime
) -> Audience | Doubt:
    """Return the audience after an answer to a doubt (its ``memo``): a number of the list, a place, or all anew."""
    said, part = str(doubt.get("said", "")), str(doubt.get("part", ""))
    typed = [str(one) for one in doubt.get("typed", ())]
    scope = _Scope(agencies.book(db, channel), finding.of_channel(db, channel, now), reach)
    pick = _pick(scope, typed, words)
    return read(db, channel, words if pick is None else said.replace(part, pick, 1), reach, now)


_DISTRICT = re.compile(r"^(?:อำเภอ|อ\s*\.)\s*")


def _pick(scope: _Scope, typed: list[str], words: str) -> str | None:
    """Return which of the options an answer means, None where it is none of them."""
    number, ordered = number_alone(words), order(words, asking=True)
    if ordered is not None and ordered.name == "yes":
        number = 1 if len(typed) == 1 else None
    if number is not None:
        return typed[number - 1] if 0 < number <= len(typed) else None
    codes = {one.id: one.code for one in scope.known if one.code in typed}
    words = _DISTRICT.sub("", clean(words))
    found = finding.find_in(scope.known, scope.book, words, codes) if codes and len(_pieces(words)) == 1 else None
    sure = found.schools if found is not None and found.sure else ()
    return codes.get(sure[0].id) if len(sure) == 1 else None


def _read(scope: _Scope, said: str) -> Audience | Doubt:
    groups: list[_Part] = []
    kind = ""
    for piece in _pieces(said):
        part, kind = _part(scope, piece, kind)
        if isinstance(part, Doubt):
            return replace(part, said=said)
        if groups and not (part.roles and groups[-1].has_place):
            groups[-1] = groups[-1].joined(part)
        else:
            groups.append(part)
    return _audience(scope, said, groups)


def _audience(scope: _Scope, said: str, groups: Sequence[_Part]) -> Audience | Doubt:
    whole = _Part()
    for group in groups:
        whole = whole.joined(group)
    if not (whole.roles or whole.has_place):
        return Doubt(Why.EMPTY, said, names=scope.names())
    if any(group.place != groups[0].place for group in groups):
        return Doubt(Why.MIXED, said)
    roles = whole.roles or SUBMITTERS
    if whole.schools and (whole.agencies or whole.everywhere):
        return Doubt(Why.PLACES, said)
    if whole.schools and not roles <= SCHOOL_ROLES:
        return Doubt(Why.OFFICERS, said)
    under = frozenset(one for agency in whole.agencies for one in scope.book.below(agency))
    chosen = under if under and not whole.everywhere else None
    return Audience(roles, chosen, whole.schools).within(scope.reach)


# Pieces -----------------------------------------------------------------------------------------------------------

_RUN = re.compile(r"^(.*?)\s*((?:\d{1,2}\s*(?:[-–]|ถึง|\s)\s*)+\d{1,2})$")
_RANGE = re.compile(r"(\d{1,2})\s*(?:[-–]|ถึง)\s*(\d{1,2})")
_NUMBER = re.compile(r"\d{1,2}")
_LAST_NUMBER = re.compile(r"\s*\d{1,2}\s*$")


def _pieces(said: str) -> list[str]:
    """Take the words apart where signs or words join them; "เขต 1-3" and "เขต 1 2 3" are three agencies."""
    between = _data().between
    apart = re.compile(rf"[,;\n|+&•]+|(?<=[\s\d.)])(?:{between})(?=[\s\d]|[ก-๎])")
    return [one for piece in apart.split(said) if piece.strip() for one in _spread(piece.strip())]


def _spread(piece: str) -> list[str]:
    found = _RUN.match(piece)
    kind = parsed(_bare(found[1])[1]) if found else None
    if found is None or (found[1] and kind is not None and not (kind.kind or _is_area(found[1]))):
        return [piece]
    numbers = _RANGE.sub(lambda run: " ".join(str(one) for one in range(int(run[1]), int(run[2]) + 1)), found[2])
    return [f"{found[1]} {number}".strip() for number in _NUMBER.findall(numbers)[:NAMED]]


def _is_area(words: str) -> bool:
    return folded(words).endswith("เขต")


def _part(scope: _Scope, piece: str, kind: str) -> tuple[_Part | Doubt, str]:
    """Read one piece. kind: of the agency named before it ("สพป. 1, 2"); returned anew, for the next one."""
    if _data().excepting.search(piece):
        return Doubt(Why.EXCEPT, "", piece), ""
    roles, rest = _bare(piece)
    if not rest:
        return _Part(roles), kind
    if kind and _NUMBER.fullmatch(rest):
        rest = f"{kind} {rest}"
    part = _place(scope, rest)
    if isinstance(part, Doubt) and part.why in (Why.UNKNOWN, Why.LIKE, Why.APART):
        part = _together(scope, rest) or part
    if isinstance(part, Doubt):
        return part, ""
    return part.joined(_Part(roles)), _LAST_NUMBER.sub("", rest) if part.agencies else ""


def _together(scope: _Scope, words: str) -> _Part | None:
    """Read what is written together ("เอกชนและเทศบาล"); None where one of it is not understood."""
    whole = _Part()
    pieces = [one for one in re.split(_data().between, words) if one.strip()]
    for piece in pieces if len(pieces) > 1 or pieces != [words] else ():
        part, _ = _part(scope, piece.strip(), "")
        if isinstance(part, Doubt):
            return None
        whole = whole.joined(part)
    return whole if whole.roles or whole.has_place else None


def _bare(piece: str) -> tuple[frozenset[Role], str]:
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


# Places -----------------------------------------------------------------------------------------------------------

_IN = re.compile(r"^(?:ทุก)?\s*(?:โรงเรียน|ร\s*\.?\s*ร\s*\.?|โรง)?\s*(?:ทั้งหมด)?\s*(?:ใน|ของ)?\s*(?:สังกัด)?\s*(?=\S)")
_ALL_OF = re.compile(r"\s*(?:ทุก(?:เขต|แห่ง|โรงเรียน|โรง|ร\.ร\.|รร)|ทั้งหมด)\s*$")
_EVERY = ("ทุก", "ทั้ง")


def _place(scope: _Scope, words: str) -> _Part | Doubt:
    key = folded(words)
    if key in _data().all:
        return _Part(everywhere=True)
    if key in _data().province:
        return _Part(everywhere=True) if scope.reach is None else _outside(scope, words)
    found = _agencies(scope, words)
    if found is not None:
        return found
    if words.startswith(_EVERY):
        return Doubt(Why.UNKNOWN, "", words, names=scope.names())
    return _school(scope, words)


def _agencies(scope: _Scope, words: str) -> _Part | Doubt | None:
    """Return the agencies that words name, None where they name none; "สพป." is all of that kind."""
    whole = bool(_ALL_OF.search(words))
    for tried in dict.fromkeys((words, _ALL_OF.sub("", words), _IN.sub("", _ALL_OF.sub("", words)))):
        may_be = _may_be(scope.book, tried)
        mine = [one for one in may_be if scope.reaches(one)]
        if may_be and not mine:
            return _outside(scope, words)
        if len(mine) == 1 or (mine and (whole or _is_kind(tried))):
            return _Part(agencies=frozenset(mine))
        if mine:
            options = tuple(Option(scope.book.names[one], scope.book.names[one]) for one in mine[:NAMED])
            return Doubt(Why.WHICH, "", words, options)
    return None


def _may_be(book: Book, words: str) -> list[int]:
    known = parsed(words)
    if known.office and known.number and not known.place:  # "เทศบาล ๑" is a school
        return [sure] if (sure := book.surely(words)) is not None else []
    one = book.find(words)
    return [one] if one is not None else book.may_be(words)


def _is_kind(words: str) -> bool:
    known = parsed(words)
    return bool(known.kind) and not (known.office or known.number)


def _outside(scope: _Scope, words: str) -> Doubt:
    return Doubt(Why.OUTSIDE, "", words, names=scope.names())


def _school(scope: _Scope, words: str) -> _Part | Doubt:
    found = finding.find_in(scope.known, scope.book, words)
    mine = [one for one in found.schools if scope.reaches(one.agency_id)]
    if not found.schools:
        return Doubt(Why.UNKNOWN, "", words, names=scope.names())
    if not mine:
        return _outside(scope, words) if found.sure else Doubt(Why.UNKNOWN, "", words, names=scope.names())
    if not found.sure:
        return Doubt(Why.LIKE, "", words, _options(mine))
    if _has_another(scope.known, mine, words):
        return Doubt(Why.APART, "", words)
    open_ones = [one for one in mine if not one.closed]
    if not open_ones:
        return Doubt(Why.CLOSED, "", words)
    if len(open_ones) > 1:
        return Doubt(Why.WHICH, "", words, _options(open_ones))
    return _Part(schools=frozenset({open_ones[0].id}))


def _has_another(known: Iterable[School], found: Sequence[School], words: str) -> bool:
    """Tell whether the words hold the whole name of one more school, which nothing sets apart."""
    if code_like(words) is not None:
        return False
    left = normal(words).replace(normal(found[0].name), "|", 1)
    return any(len(name) >= finding.SHORTEST and name in left for name in {normal(one.name) for one in known})


def _options(schools: Sequence[School]) -> tuple[Option, ...]:
    return tuple(Option(f"{one.name} อ.{one.district} ({one.agency})", one.code) for one in schools)


# Words ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Data:
    roles: list[tuple[re.Pattern[str], frozenset[Role]]]
    all: frozenset[str]
    province: frozenset[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    between: str
    excepting: re.Pattern[str]
    places: frozenset[str] = field(default_factory=frozenset)

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
