"""An audience as it is typed: "ทุกโรงเรียน", "สพป. 1 กับ สพม.", "ผอ.บ้านสวายตัวอย่าง, บ้านหนองสมมติ", "ผู้ตรวจทุกเขต".

How it is taken apart is in ``handlers.audience_pieces``. Nothing is guessed: what may mean two, lies outside the
office's reach or is not understood comes back as a ``Doubt``, which names what is possible.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from handlers import agencies, audience_pieces, finding
from handlers.agencies import Book
from handlers.agency_names import parsed
from handlers.audience_pieces import LAST_NUMBER, NUMBER, Part, bare, pieces
from handlers.audiences import SCHOOL_ROLES, Audience
from handlers.finding import School
from handlers.school_names import code_like, normal
from handlers.words import clean, digits, number_alone, order
from models.people import SUBMITTERS

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
        """Tell whether the office may speak to an agency."""
        return self.reach is None or agency in self.reach

    def names(self) -> tuple[str, ...]:
        """Return the agencies that may be chosen, without those that stand under another one of them."""
        return tuple(self.book.names[one] for one in self.book.top(self.reach))

    def doubt(self, why: Why, part: str) -> Doubt:
        """Return a doubt of a part of the words, with what may be chosen."""
        return Doubt(why, "", part, names=self.names())


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
    found = finding.find_in(scope.known, scope.book, words, codes) if codes and len(pieces(words)) == 1 else None
    sure = found.schools if found is not None and found.sure else ()
    return codes.get(sure[0].id) if len(sure) == 1 else None


def _read(scope: _Scope, said: str) -> Audience | Doubt:
    groups: list[Part] = []
    kind, apart = "", pieces(said)
    for piece in apart:
        part, kind = _part(scope, piece, kind)
        if isinstance(part, Doubt):
            return replace(part, said=", ".join(apart))
        if groups and groups[-1].goes_on(part):
            groups[-1] = groups[-1].joined(part)
        else:
            groups.append(part)
    return _audience(scope, said, groups)


def _audience(scope: _Scope, said: str, groups: Sequence[Part]) -> Audience | Doubt:
    whole = Part()
    for group in groups:
        whole = whole.joined(group)
    if not (whole.roles or whole.has_place):
        return Doubt(Why.EMPTY, said, names=scope.names())
    if any(group.place != groups[0].place for group in groups):
        return Doubt(Why.MIXED, said)
    roles = frozenset(role for group in groups for role in group.roles or SUBMITTERS)
    if whole.schools and (whole.agencies or whole.everywhere):
        return Doubt(Why.PLACES, said)
    if whole.schools and not roles <= SCHOOL_ROLES:
        return Doubt(Why.OFFICERS, said)
    under = frozenset(one for agency in whole.agencies for one in scope.book.below(agency))
    chosen = under if under and not whole.everywhere else None
    return Audience(roles, chosen, whole.schools).within(scope.reach)


# Pieces -----------------------------------------------------------------------------------------------------------


def _part(scope: _Scope, piece: str, kind: str) -> tuple[Part | Doubt, str]:
    """Read one piece. kind: of the agency named before it ("สพป. 1, 2"); returned anew, for the next one."""
    if audience_pieces.excepts(piece):
        return Doubt(Why.EXCEPT, "", piece), ""
    roles, rest = bare(piece)
    if not rest:
        return Part(roles), kind
    if kind and NUMBER.fullmatch(rest):
        rest = f"{kind} {rest}"
    part = _place(scope, rest)
    if isinstance(part, Doubt) and part.why in (Why.UNKNOWN, Why.LIKE, Why.APART):
        part = _together(scope, rest) or part
    if isinstance(part, Doubt):
        return part, ""
    return part.joined(Part(roles)), LAST_NUMBER.sub("", rest) if part.agencies else ""


def _together(scope: _Scope, words: str) -> Part | None:
    """Read what is written together ("เอกชนและเทศบาล"); None where one of it is not understood."""
    whole = Part()
    for piece in audience_pieces.together(words):
        part, _ = _part(scope, piece, "")
        if isinstance(part, Doubt):
            return None
        whole = whole.joined(part)
    return whole if whole.roles or whole.has_place else None


# Places -----------------------------------------------------------------------------------------------------------

_IN = re.compile(r"^(?:ทุก)?\s*(?:โรงเรียน|ร\s*\.?\s*ร\s*\.?|โรง)?\s*(?:ทั้งหมด)?\s*(?:ใน|ของ)?\s*(?:สังกัด)?\s*(?=\S)")
_ALL_OF = re.compile(r"\s*(?:ทุก(?:เขต|แห่ง|โรงเรียน|โรง|ร\.ร\.|รร)|ทั้งหมด)\s*$")
_EVERY = ("ทุก", "ทั้ง")


def _place(scope: _Scope, words: str) -> Part | Doubt:
    if audience_pieces.is_all(words):
        return Part(everywhere=True)
    if audience_pieces.is_province(words):
        return Part(everywhere=True) if scope.reach is None else scope.doubt(Why.OUTSIDE, words)
    found = _agencies(scope, words)
    if found is not None:
        return found
    if words.startswith(_EVERY):
        return scope.doubt(Why.UNKNOWN, words)
    return _school(scope, words)


def _agencies(scope: _Scope, words: str) -> Part | Doubt | None:
    """Return the agencies that words name, None where they name none; "สพป." is all of that kind."""
    whole = bool(_ALL_OF.search(words))
    for tried in dict.fromkeys((words, _ALL_OF.sub("", words), _IN.sub("", _ALL_OF.sub("", words)))):
        may_be = _may_be(scope.book, tried)
        mine = [one for one in may_be if scope.reaches(one)]
        if may_be and not mine:
            return scope.doubt(Why.OUTSIDE, words)
        if len(mine) == 1 or (mine and (whole or _is_kind(tried))):
            return Part(agencies=frozenset(mine))
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


def _school(scope: _Scope, words: str) -> Part | Doubt:
    found = finding.find_in(scope.known, scope.book, words)
    mine = [one for one in found.schools if scope.reaches(one.agency_id)]
    if not found.schools:
        return scope.doubt(Why.UNKNOWN, words)
    if not mine:
        return scope.doubt(Why.OUTSIDE, words) if found.sure else scope.doubt(Why.UNKNOWN, words)
    if not found.sure:
        return Doubt(Why.LIKE, "", words, _options(mine))
    if _has_another(scope.known, mine, words):
        return Doubt(Why.APART, "", words)
    open_ones = [one for one in mine if not one.closed]
    if not open_ones:
        return Doubt(Why.CLOSED, "", words)
    if len(open_ones) > 1:
        return Doubt(Why.WHICH, "", words, _options(open_ones))
    return Part(schools=frozenset({open_ones[0].id}))


def _has_another(known: Iterable[School], found: Sequence[School], words: str) -> bool:
    """Tell whether the words hold the whole name of one more school, which nothing sets apart."""
    if code_like(words) is not None:
        return False
    left = normal(words).replace(normal(found[0].name), "|", 1)
    return any(len(name) >= finding.SHORTEST and name in left for name in {normal(one.name) for one in known})


def _options(schools: Sequence[School]) -> tuple[Option, ...]:
    return tuple(Option(f"{one.name} อ.{one.district} ({one.agency})", one.code) for one in schools)
