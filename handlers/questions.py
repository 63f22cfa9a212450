"""The question set: versioned data, checked before it is kept, pinned to a round.

The limits stand beside the fields. The file it is written in is read by ``handlers.question_file``.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any, Literal

import regex
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter
from sqlalchemy import Connection, bindparam, insert, select

from handlers.cached import cached_property
from models.programme import question_sets

LABEL = 20
"""Graphemes of a quick reply's label (REF Quick reply)."""
MAX_OPTIONS = 10
"""Quick replies hold 13 (REF Quick reply); three places stay for next, skip and back."""


class Part(StrEnum):
    NOW = "now"
    NEXT = "next"
    NEEDS = "needs"
    OPEN = "open"


def _graphemes(least: int, most: int) -> AfterValidator:
    def check(text: str) -> str:
        if not least <= len(regex.findall(r"\X", text)) <= most:
            raise ValueError(f"{least} to {most} characters as a reader counts them, ยาวได้ {most} ตัวอักษร")
        return text

    return AfterValidator(check)


def _written(text: str) -> str:
    if text != text.strip() or not text.isprintable():
        raise ValueError("spaces at an end, a line break or an invisible character, มีช่องว่างหรืออักขระที่มองไม่เห็น")
    return text


Text = Annotated[str, AfterValidator(_written)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,28}$")]
# Room is left for a tick before an option ("✓ งบ") and for a number before a topic ("ข้อ 12").
OptionLabel = Annotated[Text, _graphemes(1, LABEL - 2)]
Short = Annotated[Text, _graphemes(1, LABEL - 4)]
Label = Annotated[Text, _graphemes(1, LABEL)]
Title = Annotated[Text, _graphemes(1, 40)]  # a Flex button's label (REF Specifications of the label)
Ask = Annotated[Text, _graphemes(1, 300)]
Hint = Annotated[Text, _graphemes(0, 200)]

_strict = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. alone: choosing it takes back the others, and the other way round; also: other names typed for it."""

    key: Key
    label: OptionLabel
    alone: bool = False
    also: Annotated[tuple[Label, ...], Field(max_length=20)] = ()

    __pydantic_config__ = _strict


@dataclass(frozen=True, slots=True)
class Question:
    """One question. key is unique in the set ("learners.now"); answers are filed under it.

    min_letters: a shorter answer is asked once for an example; 0 never asks.
    """

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,28}\.[a-z][a-z0-9_]{0,28}$")]
    part: Part
    label: Label
    ask: Ask
    hint: Hint = ""
    kind: Literal["words", "choices"] = "words"
    options: Annotated[tuple[Option, ...], Field(max_length=MAX_OPTIONS)] = ()
    optional: bool = False
    may_be_none: bool = False
    may_be_private: bool = False
    min_letters: Annotated[int, Field(ge=0, le=200)] = 15

    __pydantic_config__ = _strict


@dataclass(frozen=True, slots=True)
class Topic:
    key: Key
    number: int
    title: Title
    short: Short
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=9)]

    __pydantic_config__ = _strict


@dataclass(frozen=True)
class QuestionSet:
    """All topics with their questions. What is derived is kept: every event asks for it."""

    version: Annotated[int, Field(ge=1, le=99_999)]
    title: Title
    minutes: Annotated[int, Field(ge=1, le=240)]
    topics: Annotated[tuple[Topic, ...], Field(min_length=1, max_length=12)]

    __pydantic_config__ = _strict

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Return all questions in the order they are asked."""
        return tuple(chain.from_iterable(topic.questions for topic in self.topics))

    @cached_property
    def _by_key(self) -> dict[str, tuple[Topic, Question]]:
        return {question.key: (topic, question) for topic in self.topics for question in topic.questions}

    def question(self, key: str) -> Question | None:
        """Return the question of that key."""
        found = self._by_key.get(key)
        return found[1] if found else None

    def topic_of(self, key: str) -> Topic | None:
        """Return the topic in which the question of that key stands."""
        found = self._by_key.get(key)
        return found[0] if found else None

    def topic(self, number: int) -> Topic | None:
        """Return the topic of that number, counted from one."""
        return self.topics[number - 1] if 1 <= number <= len(self.topics) else None


_schema = TypeAdapter(QuestionSet)


class VersionTaken(ValueError):
    """Another wording is already kept under this version."""


def to_json(question_set: QuestionSet) -> dict[str, Any]:
    """Return the body that is kept in question_sets."""
    return asdict(question_set)


def from_json(body: Any) -> QuestionSet:
    """Return the question set of a kept body."""
    return _schema.validate_json(json.dumps(body))


def digest(question_set: QuestionSet) -> str:
    """Return the SHA-256 of the whole content, version included."""
    body = json.dumps(to_json(question_set), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


_SAME = select(question_sets.c.id).where(
    question_sets.c.channel_id == bindparam("channel"), question_sets.c.digest == bindparam("digest")
)
_VERSION = select(question_sets.c.id).where(
    question_sets.c.channel_id == bindparam("channel"), question_sets.c.version == bindparam("version")
)
_NEWEST = (
    select(question_sets.c.id)
    .where(question_sets.c.channel_id == bindparam("channel"))
    .order_by(question_sets.c.version.desc())
    .limit(1)
)
_KEEP = insert(question_sets).returning(question_sets.c.id)
_DIGEST = select(question_sets.c.digest).where(question_sets.c.id == bindparam("id"))
_BODY = select(question_sets.c.body).where(question_sets.c.id == bindparam("id"))


def save(db: Connection, channel: str, question_set: QuestionSet, now: datetime) -> int:
    """Keep a question set and return its id; the same content is kept once. May raise VersionTaken."""
    seal, version = digest(question_set), question_set.version
    known: int | None = db.scalar(_SAME, {"channel": channel, "digest": seal})
    if known is not None:
        return known
    if db.scalar(_VERSION, {"channel": channel, "version": version}) is not None:
        raise VersionTaken(f"version {version} is already kept with other words: raise `version` in the file")
    row = {"channel_id": channel, "version": version, "digest": seal, "created_at": now}
    kept: int = db.execute(_KEEP, {**row, "body": to_json(question_set)}).scalar_one()
    return kept


def newest(db: Connection, channel: str) -> int | None:
    """Return the id of the channel's question set of the highest version."""
    return db.scalar(_NEWEST, {"channel": channel})


_built: dict[str, QuestionSet] = {}


def load(db: Connection, set_id: int, digest: str | None = None) -> QuestionSet:
    """Return a kept question set, built once a process: rows never change.

    A caller that already read the row's digest gives it and saves the look-up.
    """
    seal = digest or db.execute(_DIGEST, {"id": set_id}).scalar_one()
    if seal not in _built:
        _built[seal] = from_json(db.execute(_BODY, {"id": set_id}).scalar_one())
    return _built[seal]
