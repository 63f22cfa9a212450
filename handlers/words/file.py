"""Read the file of words and refuse a malformed one with its reason."""

from importlib.resources import files
from typing import Any

import yaml

from handlers.words.intents import Intent

# Every scalar is text: "no", "on" and "1" are words here.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
SCOPES = ("say", "guess", "asking", "idle")
_KEYS = frozenset({*SCOPES, "sentences", "clues"})
_SECTIONS = frozenset(
    {
        *("polite", "after", "before", "asks", "negations", "plans", "acts", "own", "alike"),
        *("sets", "clues_in_order", "intents", "numbered", "dates"),
    }
)


class BadWords(ValueError):
    """The file of words cannot be used; says where and why."""


def source() -> str:
    """Return the text of the file that comes with the program."""
    return files("handlers").joinpath("texts", "words.yaml").read_text("utf-8")


def parsed(text: str) -> dict[str, Any]:
    """Return the sections of the file. Raises BadWords."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        _check_keys(node)
        raw = mapping_of(loader.construct_document(node), "the file")
    except yaml.YAMLError as error:
        raise BadWords(f"words.yaml: {error}") from error
    if set(raw) != _SECTIONS:
        raise BadWords(f"words.yaml: sections missing or unknown: {sorted(set(raw) ^ _SECTIONS)}")
    _check_intents(raw["intents"])
    _check_names(raw["acts"], "acts")
    return raw


def _check_keys(node: yaml.Node) -> None:
    """Refuse a key that stands twice: YAML would keep the last and lose the words of the first."""
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            raise BadWords(f"words.yaml: line {key.start_mark.line + 1}: {key.value!r} stands twice")
        seen.add(key.value)
        _check_keys(value)


def mapping_of(value: Any, where: str) -> dict[str, Any]:
    """Return the value if it is a mapping; raise BadWords otherwise."""
    if not isinstance(value, dict):
        raise BadWords(f"words.yaml: {where}: a mapping is needed")
    return value


def _check_names(entries: Any, where: str) -> None:
    for name in mapping_of(entries, where):
        if name not in set(Intent):
            raise BadWords(f"words.yaml: {where}.{name}: no such intent")


def _check_intents(intents: Any) -> None:
    _check_names(intents, "intents")
    for name, entry in intents.items():
        if not isinstance(entry, dict) or not set(entry) <= _KEYS:
            raise BadWords(f"words.yaml: intents.{name}: only {sorted(_KEYS)} are known")


def text_of(value: Any, where: str) -> str:
    """Return the value if it is text; raise BadWords otherwise."""
    if not isinstance(value, str) or not value:
        raise BadWords(f"words.yaml: {where}: words are needed, not {value!r}")
    return value


def words_of(value: Any, where: str) -> list[str]:
    """Return the value if it is a list of words; raise BadWords otherwise."""
    if not isinstance(value, list) or not value:
        raise BadWords(f"words.yaml: {where}: a list of words is needed")
    return [text_of(word, where) for word in value]
