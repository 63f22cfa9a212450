"""What a coordinator types of a meeting: which part of it is meant, and what is said of it.

Pure. A value that cannot be comes back as ``Amiss`` with the sentence that says why; nothing is stored from it.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cache
from typing import Any

from handlers import texts, when
from handlers.meetings_drafts import MOST_GRAPHEMES, MOST_SEATS, is_long
from handlers.messages.limits import graphemes
from handlers.texts import say
from handlers.thai import BANGKOK, moment
from handlers.web_links import is_link
from handlers.words.clean import bare, clean, digits, folded
from handlers.words.numbered import loose
from handlers.words.private import private_number

_WORDS: dict[str, Any] = texts.data("meeting_fields.yaml")
_GAP = r"[\s.,()“”\"'/_–-]*"
_ALL_FIELDS = [word for words in _WORDS["fields"].values() for word in words]
_FILLER = re.compile(rf"{_GAP}(?:{loose(_WORDS['fillers'])})?\s*")
_URL = re.compile(r"(?:https?://|(?<![\w@./-])(?=[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/))[^\s<>\"“”]+", re.IGNORECASE)
_NUMBER = re.compile(r"\s*ครั้งที่\s*(\d{1,3}(?:\s*/\s*\d{2,4})?)(?!\d)")
_MANY = re.compile(r"\D{0,15}(\d{1,6})\D{0,15}")
ANSWER_UNTIL = time(16, 30)
"""Where only a day is said for the answers, the end of its office hours."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wants with a part of the meeting: give it a value (rest, perhaps empty), or take it away."""

    field: str
    rest: str = ""
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Amiss:
    """Why words are no value: the key of a sentence, and its slots."""

    key: str
    slots: dict[str, object] = field(default_factory=dict)


Values = dict[str, Any]
"""Fields of a draft and what they become."""


@cache
def _editing() -> re.Pattern[str]:
    """Return the pattern of words about one part of a meeting; few type any, so it is made when first needed."""
    verbs, removing, fields = loose(_WORDS["verbs"]), loose(_WORDS["removing"]), loose(_ALL_FIELDS)
    return re.compile(
        rf"{_GAP}(?:(?P<remove>{removing})|(?P<verb>{verbs}))?{_GAP}(?P<field>{fields})(?P<rest>.*)$",
        re.DOTALL | re.IGNORECASE,
    )


@cache
def _known(kind: str) -> dict[str, str]:
    return {bare(folded(word)): name for name, words in _WORDS[kind].items() for word in words}


def act(text: str) -> str | None:
    """Return what a message orders that is nothing else: send, test, urgent, keep, drop, edit …, or None."""
    return _known("acts").get(bare(folded(clean(text)))) if len(text) <= 60 else None


def edit(text: str) -> Edit | None:
    """Return which part of the meeting a message is about, None where it begins otherwise."""
    text = clean(text)
    found = _editing().match(text)
    if found is None:
        return None
    name, rest = _known("fields")[bare(folded(found["field"]))], found["rest"]
    said = bool(found["verb"] or found["remove"])
    if rest and not said and not rest[0].isspace() and rest[0] not in ":.":
        return None  # a longer word that only begins like it
    return Edit(name, _FILLER.sub("", rest, count=1).strip(), found["remove"] is not None)


def read(name: str, text: str, now: datetime) -> Values | Amiss:
    """Return what words say of one part of a meeting (not of its time, nor of whom it is for)."""
    text = clean(text)
    if _names_a_person(text):
        return Amiss("making.id_number")
    if name == "place":
        return place(text)
    if name in ("map_url", "online_url", "broadcast_url"):
        return _link(name, text)
    if name == "letter":
        return _letter(text)
    if name == "seats":
        return _seats(text)
    if name == "answer_by":
        return _answer_by(text, now)
    if name == "number":
        bare_number = re.fullmatch(r"\d{1,3}(?:\s*/\s*\d{2,4})?", digits(text))
        return {"number": _nth(text)} if bare_number else _words(name, text)
    return _title(text) if name == "title" else _words(name, text)


def _names_a_person(text: str) -> bool:
    """Tell whether a national identity number stands in words; the long numbers in addresses are none."""
    return private_number(_URL.sub(" ", text))


def _nth(number: str) -> str:
    return say("making.nth", n=re.sub(r"\s", "", digits(number)))


def _words(name: str, text: str) -> Values | Amiss:
    kept = text if name == "agenda" else " ".join(text.split())
    if not kept:
        return Amiss("making.empty")
    if is_long(name, kept):
        return Amiss("making.too_long", {"n": graphemes(kept), "most": MOST_GRAPHEMES[name]})
    return {name: kept}


def _title(text: str) -> Values | Amiss:
    """Return the title; "ครั้งที่ 1/2569" in it is the meeting's number."""
    text = " ".join(text.split())
    found = _NUMBER.search(digits(text))
    number = {"number": _nth(found[1])} if found else {}
    title = f"{text[: found.start()]} {text[found.end() :]}".strip() if found else text
    title = " ".join(title.split())
    known = _words("title", title or text)
    return known if isinstance(known, Amiss) or not title else known | number


def urls(text: str) -> list[str]:
    """Return the addresses in a text, each with its scheme."""
    found = (one.rstrip(".,;:!?)") for one in _URL.findall(text))
    return [one if "://" in one else f"https://{one}" for one in found]


def _link(name: str, text: str) -> Values | Amiss:
    found = urls(text)
    if len(found) > 1:
        return Amiss("making.several_links")
    if not found or not is_link(found[0]):
        return Amiss("making.no_link")
    return {name: found[0]}


def is_map(link: str) -> bool:
    """Tell whether an address shows the way to a place."""
    return any(word in link.lower() for word in _WORDS["maps"])


def place(text: str) -> Values | Amiss:
    """Return where a meeting is: a room, a map, an address to take part at; each only where it is said."""
    links, found = urls(text), {}
    if _names_a_person(text):
        return Amiss("making.id_number")
    if len(links) > 2 or not all(map(is_link, links)):
        return Amiss("making.no_link")
    for link in links:
        name = "map_url" if is_map(link) else "online_url"
        if name in found:
            return Amiss("making.several_links")
        found[name] = link
    words = " ".join(_URL.sub(" ", text).split()).strip(" ,;:–-")
    if words and act(words) != "online_only":
        if "://" in words or words.lower().startswith("www."):
            return Amiss("making.no_link")
        known = _words("place", words)
        if isinstance(known, Amiss):
            return known
        found |= known
    return found or Amiss("making.empty")


def _letter(text: str) -> Values | Amiss:
    links = urls(text)
    if len(links) > 1:
        return Amiss("making.several_links")
    if links and not is_link(links[0]):
        return Amiss("making.no_link")
    words = " ".join(_URL.sub(" ", text).split())
    known = _words("letter", words) if words or not links else {}
    return known if isinstance(known, Amiss) else known | ({"letter_url": links[0]} if links else {})


def _seats(text: str) -> Values | Amiss:
    if act(text) == "no_limit":
        return {"seats": None}
    found = _MANY.fullmatch(digits(text))
    many = int(found[1]) if found else 0
    return {"seats": many} if 0 < many <= MOST_SEATS else Amiss("making.no_seats")


def _answer_by(text: str, now: datetime) -> Values | Amiss:
    found = when.find(text, now)[0]
    if found.day is None:
        said = [str(one.day) for one in found.options if one.day]
        key = found.trouble if found.trouble in (when.Trouble.PAST, when.Trouble.UNREAL) else None
        return Amiss(f"when.{key}") if key else Amiss("making.no_answer_by", {"days": len(said)})
    at = datetime.combine(found.day, found.clock or ANSWER_UNTIL, BANGKOK)
    return {"answer_by": at} if at > now else Amiss("making.answer_by_past", {"when": moment(at)})
