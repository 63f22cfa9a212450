"""Reading a question file: YAML that people edit by hand.

A file is refused as a whole, with the line and the reason of everything that is wrong in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from handlers.questions import Part, Question, QuestionSet, from_json

Path = tuple[str | int, ...]


class Spot(NamedTuple):
    """Where something stands in the file: its line, and its name with places counted from one."""

    line: int
    name: str


Spots = dict[Path, Spot]


@dataclass(frozen=True, slots=True)
class Fault:
    line: int
    reason: str


class BadQuestionSet(ValueError):
    """A question file that is refused. line and reason are the first fault's; faults has all of them."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.reason)))
        self.line, self.reason = self.faults[0].line, self.faults[0].reason
        super().__init__("\n".join(f"line {fault.line} (บรรทัดที่ {fault.line}): {fault.reason}" for fault in self.faults))


def default() -> str:
    """Return the text of the question file that comes with the bot."""
    return files("handlers.texts").joinpath("questions.yaml").read_text("utf-8")


@lru_cache(maxsize=8)
def parse(text: str) -> QuestionSet:
    """Return the question set in a YAML text, or raise BadQuestionSet."""
    spots: Spots = {}
    data = _expand(_read(text, spots), spots)
    try:
        read = from_json(data)
    except ValidationError as error:
        raise BadQuestionSet(*_faults(error, spots)) from None
    faults = tuple(_contradictions(read, spots))
    if faults:
        raise BadQuestionSet(*faults)
    return read


def _read(text: str, spots: Spots) -> dict[str, Any]:
    try:
        for event in yaml.parse(text, yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise BadQuestionSet(Fault(_line(event.start_mark), "aliases (*name) are not read here, ไม่รองรับ *"))
        node = yaml.compose(text, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadQuestionSet(Fault(_line(mark), f"not YAML: {error.problem}, รูปแบบไม่ถูกต้อง")) from None
    except yaml.YAMLError as error:
        raise BadQuestionSet(Fault(1, f"not YAML: {error}, อ่านไฟล์ไม่ได้")) from None
    if not isinstance(node, yaml.MappingNode):
        raise BadQuestionSet(Fault(1, "no question set in this file, ไม่พบชุดคำถามในไฟล์"))
    spots[()] = Spot(_line(node.start_mark), "")
    return _mapping(node, (), spots)


def _line(mark: yaml.Mark | None) -> int:
    return mark.line + 1 if mark else 1


def _value(node: yaml.Node, path: Path, spots: Spots) -> Any:
    """Return a node's plain value and note the line of everything in it."""
    spots[path] = Spot(_line(node.start_mark), _name(path))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, spots)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), spots) for index, item in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: Path, spots: Spots) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line, key = _line(key_node.start_mark), str(key_node.value)
        if key in read:
            raise BadQuestionSet(Fault(line, f"{key}: stands twice, ซ้ำกัน"))
        read[key] = _value(value_node, (*path, key), spots)
        spots[(*path, key)] = Spot(line, _name((*path, key)))
    return read


def _scalar(node: yaml.Node) -> Any:
    kind = node.tag.rpartition(":")[2]
    if kind not in ("str", "int", "bool"):
        what = "is empty, ว่าง" if kind == "null" else "is not words: put it in quotes, ใส่เครื่องหมายคำพูด"
        raise BadQuestionSet(Fault(_line(node.start_mark), f"{node.value!r} {what}"))
    return yaml.SafeLoader("").construct_object(node)


# What a question takes from its part ------------------------------------------------------------------------------


def _expand(data: dict[str, Any], spots: Spots) -> dict[str, Any]:
    """Give each topic its number, and each question its full key and what it takes from its part."""
    parts = data.pop("parts", {})
    for name in parts if isinstance(parts, dict) else ():
        if name not in tuple(Part):
            reason = f"{name}: not a part (now, next, needs, open), ไม่มีส่วนนี้"
            raise BadQuestionSet(Fault(spots["parts", name].line, reason))
    for at, topic in _dicts(data.get("topics")):
        topic["number"] = at + 1
        for place, question in _dicts(topic.get("questions")):
            _inherit(question, ("topics", at, "questions", place), parts, spots)
            question["key"] = f"{topic.get('key', 'topic')}.{question.get('key', question.get('part', 'part'))}"
    return data


def _dicts(items: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((at, item) for at, item in enumerate(items if isinstance(items, list) else ()) if isinstance(item, dict))


def _inherit(question: dict[str, Any], path: Path, parts: Any, spots: Spots) -> None:
    part = question.get("part")
    shared = parts.get(part) if isinstance(parts, dict) and isinstance(part, str) else None
    for field, value in shared.items() if isinstance(shared, dict) else ():
        if field in question:
            continue
        question[field] = value
        source: Path = ("parts", str(part), field)
        spots.update({path + at[2:]: spot for at, spot in list(spots.items()) if at[:3] == source})


# What is wrong ----------------------------------------------------------------------------------------------------

_REASONS = {
    "missing": "is missing, ขาดไป",
    "unexpected_keyword_argument": "is not known here, ไม่รู้จัก",
    "string_type": "must be words, ต้องเป็นข้อความ",
    "int_type": "must be a whole number, ต้องเป็นจำนวนเต็ม",
    "greater_than_equal": "must be {ge} or more, ต้องไม่น้อยกว่า {ge}",
    "less_than_equal": "must be {le} or less, ต้องไม่เกิน {le}",
    "literal_error": "must be {expected}, ต้องเป็นค่าใดค่าหนึ่งนี้",
    "enum": "must be {expected}, ต้องเป็นค่าใดค่าหนึ่งนี้",
    "too_short": "has too few, น้อยเกินไป",
    "too_long": "has too many, มากเกินไป",
    "bool_type": "must be true or false, ต้องเป็น true หรือ false",
    "string_pattern_mismatch": "must be a short key of a-z, 0-9 and _, ต้องเป็นรหัสภาษาอังกฤษสั้น ๆ",
}


def _faults(error: ValidationError, spots: Spots) -> Iterator[Fault]:
    errors = error.errors()
    for one in errors:
        # A list whose items are wrong counts as empty as well: that is no second fault.
        shadow = one["type"] == "too_short" and any(
            one["loc"] == other["loc"][: len(one["loc"])] for other in errors if other is not one
        )
        if not shadow:
            yield _fault(one, spots)


def _fault(error: ErrorDetails, spots: Spots) -> Fault:
    path, message = tuple(error["loc"]), error["msg"].removeprefix("Value error, ")
    where = path
    while where not in spots:
        where = where[:-1]
    line, known = spots[where]
    name = ".".join(filter(None, (known, _name(path[len(where) :]))))
    reason = _REASONS.get(error["type"])
    return Fault(line, f"{name}: {reason.format_map(error.get('ctx', {})) if reason else message}")


def _name(path: Path) -> str:
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in path)


def _contradictions(read: QuestionSet, spots: Spots) -> Iterator[Fault]:
    """Find what each field alone does not show."""
    keys: set[str] = set()
    for at, topic in enumerate(read.topics):
        if topic.key in keys:
            yield Fault(spots["topics", at, "key"].line, f"{topic.key}: two topics of this key, หัวข้อซ้ำกัน")
        keys.add(topic.key)
        for place, question in enumerate(topic.questions):
            path = ("topics", at, "questions", place)
            if question.key in keys:
                yield Fault(spots[path].line, f"{question.key}: two questions of this key, คำถามซ้ำกัน")
            keys.add(question.key)
            yield from (Fault(spots[path].line, reason) for reason in _odd_options(question))


def _odd_options(question: Question) -> Iterator[str]:
    if question.kind == "words" and question.options:
        yield f"{question.key}: options, but kind is not choices, มีตัวเลือกแต่ไม่ใช่คำถามแบบเลือก"
    if question.kind == "choices" and len(question.options) < 2:
        yield f"{question.key}: choices need two options or more, ต้องมีตัวเลือกอย่างน้อยสองข้อ"
    for field in ("key", "label"):
        values = [getattr(option, field) for option in question.options]
        if len(set(values)) < len(values):
            yield f"{question.key}: two options of one {field}, ตัวเลือกซ้ำกัน"
