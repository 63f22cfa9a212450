"""What a turn says: ``Say`` (words) and ``Card`` (Flex), each with ``Choice`` buttons below."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from handlers.numbers import number


@dataclass(frozen=True, slots=True)
class Act:
    """What a button does. Carries flow, question and revision, so that an old button is known as old.

    Travels as postback data, which anybody can make by hand: everything in it is checked when it comes back.
    """

    do: str
    report: int | None = None
    question: str | None = None
    revision: int | None = None
    value: str | None = None

    def data(self) -> str:
        """Return the postback data, at most 300 characters (REF Postback action)."""
        pairs = (("do", self.do), ("r", self.report), ("q", self.question), ("n", self.revision), ("v", self.value))
        # Keys and numbers only, so nothing needs quoting: urlencode would cost more than the rest of a turn's words.
        return "&".join([f"{key}={value}" for key, value in pairs if value is not None])

    @staticmethod
    def read(data: str) -> "Act | None":
        """Return the act in postback data, or None where it is not one of ours."""
        pairs = dict(parse_qsl(data[:300]))
        numbers = {key: number(pairs[key]) for key in ("r", "n") if key in pairs}
        if "do" not in pairs or None in numbers.values():
            return None
        return Act(pairs["do"], numbers.get("r"), pairs.get("q"), numbers.get("n"), pairs.get("v"))


@dataclass(frozen=True, slots=True)
class Pick:
    """LINE's own date picker: the day it opens at, and the first and last that may be chosen."""

    initial: date
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. ``word`` is what the person would type instead: LINE for PC shows no quick replies."""

    label: str
    act: Act
    word: str | None = None  # shown as the person's own bubble; the label where None
    fill: str | None = None  # opens the keyboard with these words in it
    pick: Pick | None = None  # opens the date picker; the day comes back in ``Heard.params``


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    choices: tuple[Choice, ...] = ()
    about: tuple[int, str] | None = None  # report and question it speaks of, so that a quote of it is understood


@dataclass(frozen=True, slots=True)
class Card:
    alt: str  # the same content in words
    contents: dict[str, Any] = field(default_factory=dict)  # a Flex bubble or carousel
    choices: tuple[Choice, ...] = ()
    about: tuple[int, str] | None = None


Message = Say | Card
