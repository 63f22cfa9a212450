"""Finding a school by what somebody types of it: code, name, district, agency. Equal names stay apart.

Only the whole of a name or a code finds surely. What merely resembles one is proposed, and never decides anything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from rapidfuzz import fuzz
from sqlalchemy import Connection, bindparam, select

from handlers import agencies
from handlers.agencies import Book
from handlers.school_names import code_like
from handlers.school_names import normal as _normal
from handlers.words import clean
from models.people import agencies as table
from models.people import schools

normal = lru_cache(maxsize=10_000)(_normal)
MOST = 5
"""Schools proposed at once."""
_LONGEST = 200  # characters of words that name a school
SHORTEST = 4
"""Letters of a name found within other words."""
_ALIKE, _NEAR_BEST = 70.0, 20.0  # per cent; how far below the best another one may be

_DISTRICT = re.compile(r"(?:อำเภอ|(?<![ก-๎])อ\s*\.|(?<![ก-๎])อ(?=\s))\s*([ก-๎]{2,30})")
_BEFORE = re.compile(
    r"^\W*(?:สวัสดี(?:ครับ|ค่ะ|คะ)?|เรียน|ผม|ดิฉัน|ฉัน|หนู|กระผม|เป็น|คือ|ชื่อ|ขอ|เข้า(?:ร่วม|ใช้)?|ลงทะเบียน|สมัคร|จาก|อยู่|ที่|ของ|"
    r"ผู้อำนวยการ|ท่าน|ผอ\s*\.?|รักษา(?:ราชการ)?(?:การ)?(?:แทน)?|รอง|ครู|ผู้ช่วย(?:กรอก)?|ประจำ|สังกัด|โรงเรียน|ร\s*\.\s*ร\s*\.?|รร\s*\.?)"
)
_AFTER = re.compile(r"\s*(?:นะ)?(?:ครับ(?:ผม)?|ค่ะ|คะ|จ้า|จ้ะ)\W*$")
_MARKED = re.compile(r"โรงเรียน|ร\s*\.\s*ร|(?<![ก-๎])รร(?![ก-๎])|(?<=ผอ)รร|ผอ\s*\.\s*รร")


@dataclass(frozen=True, slots=True)
class School:
    """A school as the public knows it."""

    id: int
    code: str
    name: str
    district: str
    agency_id: int
    agency: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What words may name. sure: a whole name or a code; marked: they say that they name a school."""

    schools: tuple[School, ...]
    sure: bool = False
    marked: bool = False
    more: bool = False


_ALL = (
    select(
        schools.c.id, schools.c.code, schools.c.name, schools.c.district, schools.c.agency_id,
        table.c.name.label("agency"), schools.c.closed_at,
    )
    .join(table, table.c.id == schools.c.agency_id)
    .where(schools.c.channel_id == bindparam("channel"))
    .order_by(schools.c.code)
)  # fmt: skip


def of_channel(db: Connection, channel: str, now: datetime) -> list[School]:
    """Return every school of a channel, the closed ones too."""
    rows = db.execute(_ALL, {"channel": channel}).all()
    return [School(*row[:6], closed=row.closed_at is not None and row.closed_at <= now) for row in rows]


def find(db: Connection, channel: str, words: str, now: datetime, among: Iterable[int] | None = None) -> Found:
    """Return the schools of a channel that words may name, at most five; ``among``: only of these."""
    return find_in(of_channel(db, channel, now), agencies.book(db, channel), words, among)


def find_in(known: list[School], book: Book, words: str, among: Iterable[int] | None = None) -> Found:
    """Return the schools that words may name, as ``find`` does, of those that were read before."""
    words = clean(words)
    if not words or len(words) > _LONGEST:
        return Found(())
    code = code_like(words)
    if code is not None:
        return Found(tuple(one for one in known if one.code == code), sure=True, marked=True)
    return _by_name(known, book, words) if among is None else _by_place(known, book, words, set(among))


def _by_place(known: list[School], book: Book, words: str, among: set[int]) -> Found:
    """Tell which of a list is meant, by district or agency; other words look through all schools anew."""
    listed = [one for one in known if one.id in among]
    agency, place = book.find(words), normal(_bare(words))
    said = [one for one in listed if normal(one.district) in (place, normal(words))]
    if not said and agency is not None:
        under = book.below(agency)
        said = [one for one in listed if one.agency_id in under]
    if said:
        return _few(said, sure=len(said) == 1, marked=True)
    return _by_name(known, book, words)


def _by_name(known: list[School], book: Book, words: str) -> Found:
    marked = bool(_MARKED.search(words))
    districts = {normal(one.district) for one in known}
    left, place = _district(words, districts)
    agency, left = _agency(book, left)
    core = normal(_bare(left))
    whole = _whole(known, core, normal(left))
    if not place:  # "บ้านหนองสมมติ นางรอง"; but it may be a part of the name
        rest, place = _last_word(left, districts)
        core = core if whole else normal(_bare(rest))
    if whole:
        nearer = _nearer(known, whole, core)
        return _few([*nearer, *_narrowed(whole, book, place, agency)], sure=not nearer, marked=marked)
    here = _narrowed(known, book, place, agency)
    if len(core) < SHORTEST:  # nothing but a place was said: of a list it tells which
        said = [one for one in here if len(here) < len(known)] or [
            one for one in known if core and normal(one.district) == core
        ]
        return _few(said, sure=False, marked=marked)
    places = [one for one in known if normal(one.district) == core]
    return _few(_alike(here, core) or places, sure=False, marked=marked)


def _district(words: str, known: set[str]) -> tuple[str, str]:
    """Take a known district out of the words; return what is left, and the district."""
    for found in _DISTRICT.finditer(words):
        said = normal(_AFTER.sub("", found[1]))
        if said in known:
            return f"{words[: found.start()]} {words[found.end() :]}".strip(), said
    return words, ""


def _last_word(words: str, known: set[str]) -> tuple[str, str]:
    """Take a district that stands bare at the end off the words; return what is left, and the district."""
    *rest, last = _AFTER.sub("", words).split() or [""]
    said = normal(last)
    return (" ".join(rest), said) if rest and said in known else (words, "")


def _agency(book: Book, words: str) -> tuple[int | None, str]:
    """Take an agency out of the words, at their end or beginning."""
    plain = re.sub(r"(?:ใน)?สังกัด\s*", " ", _AFTER.sub("", words))
    agency, left = book.split(_marked_apart(plain))
    return agency, left


def _marked_apart(words: str) -> str:
    """Set "ร.ร." apart from what stands before it."""
    return re.sub(r"\s*(โรงเรียน|ร\s*\.\s*ร\s*\.?|รร\s*\.?)\s*", r" \1 ", words).strip()


def _bare(words: str) -> str:
    """Take off who one is and all courtesy: "ผม ผอ.รร.บ้านหนองสมมติ ครับ" → the name."""
    words = _AFTER.sub("", words)
    while (shorter := _BEFORE.sub("", words, count=1)) != words:
        words = shorter
    return words


def _whole(known: list[School], core: str, words: str) -> list[School]:
    """Return the schools whose whole name was said: nothing but it, else the longest within other words."""
    names = {one.id: normal(one.name) for one in known}
    exact = [one for one in known if names[one.id] in (core, words)]
    if exact or not words:
        return exact
    within = [one for one in known if len(names[one.id]) >= SHORTEST and names[one.id] in words]
    longest = max((len(names[one.id]) for one in within), default=0)
    return [one for one in within if len(names[one.id]) == longest]


def _nearer(known: list[School], whole: list[School], core: str) -> list[School]:
    """Return schools that all the words resemble more than the one whose name is a part of them.

    "เทศาล ๒ ตัวอย่างวิทยา" holds the name of ตัวอย่างวิทยา, but means เทศบาล ๒ ตัวอย่างวิทยา.
    """
    said = max(fuzz.ratio(core, normal(one.name)) for one in whole)
    apart = [one for one in known if one not in whole]
    return [one for one in _alike(apart, core) if fuzz.ratio(core, normal(one.name)) > said]


def _narrowed(found: list[School], book: Book, place: str, agency: int | None) -> list[School]:
    """Keep the schools of a district and agency that were said, where any is."""
    if place:
        found = [one for one in found if normal(one.district) == place] or found
    if agency is not None:
        under = book.below(agency)
        found = [one for one in found if one.agency_id in under] or found
    return found


def _alike(known: list[School], core: str) -> list[School]:
    scored = [(_score(core, normal(one.name)), one) for one in known]
    best = max((score for score, _ in scored), default=0.0)
    near = [pair for pair in scored if pair[0] >= max(_ALIKE, best - _NEAR_BEST)]
    return [one for _, one in sorted(near, key=lambda pair: -pair[0])]


def _score(core: str, name: str) -> float:
    """Return how alike two names are; a good part of a name counts nearly as the whole."""
    part = 95.0 if len(core) > SHORTEST and core in name else 0.0
    return max(part, fuzz.ratio(core, name))


def _few(found: list[School], *, sure: bool, marked: bool) -> Found:
    return Found(tuple(found[:MOST]), sure=sure and bool(found), marked=marked, more=len(found) > MOST)
