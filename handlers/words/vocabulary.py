"""The words of ``handlers/texts/words.yaml``, read once and made ready for looking up."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import combinations
from typing import Any, cast

import yaml

from handlers.words.clean import bare, clean, fold, single
from handlers.words.intents import Intent

SCOPES = ("say", "guess", "asking", "idle")
_KEYS = frozenset({*SCOPES, "sentences", "clues"})
_SECTIONS = frozenset({"after", "before", "own", "alike", "sets", "clues_in_order", "intents", "numbered", "dates"})


class BadWords(ValueError):
    """The file of words cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One key of the table: an intent and the ways to write it that leave no doubt."""

    intent: Intent
    exact: frozenset[str]  # folded, with tone marks; empty for a guess


@dataclass(frozen=True, slots=True)
class Sentence:
    intent: Intent
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything ``understand`` looks up. Keys of the tables are ``bare`` words, doubled letters once."""

    phrases: dict[bool, dict[str, Phrase]]  # by: is a question open?
    ends: dict[bool, dict[str, tuple[str, ...]]]  # keys by their first two letters, and by their last two
    own: dict[str, tuple[str, ...]]  # words that only look like a command, by key
    alike: frozenset[frozenset[str]]  # pairs of letters that sound the same
    after: re.Pattern[str]  # a particle at the end, of the reversed message
    before: re.Pattern[str]
    cores: re.Pattern[str]
    sentences: dict[str, tuple[Sentence, ...]]  # by core
    clues: tuple[Sentence, ...]
    numbered: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, list[str]] = field(default_factory=dict)


def source() -> str:
    """Return the text of the file that comes with the program."""
    return files("handlers").joinpath("texts", "words.yaml").read_text("utf-8")


def read(text: str) -> Vocabulary:
    """Make the vocabulary from YAML. Raises BadWords with the reason."""
    raw = _parsed(text)
    sets = {name: _inner(_text(words, f"sets.{name}")) for name, words in raw["sets"].items()}
    phrases = {asking: _phrases(raw["intents"], asking) for asking in (True, False)}
    sentences = _sentences(raw["intents"], sets)
    return Vocabulary(
        phrases=phrases,
        ends={asking: _ends(table) for asking, table in phrases.items()},
        own=_own(raw["own"]),
        alike=_alike(_words(raw["alike"], "alike")),
        after=re.compile(_trie((word[::-1] for word in _bare(raw["after"], "after")), first="+")),
        before=re.compile(_trie(_bare(raw["before"], "before"))),
        cores=re.compile(f"(?=({_trie(sentences)}))"),
        sentences=sentences,
        clues=_clues(raw, sets),
        numbered=raw["numbered"],
        dates=raw["dates"],
    )


def _parsed(text: str) -> dict[str, Any]:
    try:
        # Every scalar as text: "no", "on" and "1" are words here.
        raw = yaml.load(text, getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 (text only, no objects)
    except yaml.YAMLError as error:
        raise BadWords(f"words.yaml: {error}") from error
    if not isinstance(raw, dict):
        raise BadWords("words.yaml: a mapping of sections is needed")
    if set(raw) != _SECTIONS:
        raise BadWords(f"words.yaml: sections missing or unknown: {sorted(set(raw) ^ _SECTIONS)}")
    _check_intents(raw["intents"])
    return cast(dict[str, Any], raw)


def _check_intents(intents: Any) -> None:
    for name, entry in intents.items():
        if name not in set(Intent):
            raise BadWords(f"words.yaml: intents.{name}: no such intent")
        if not isinstance(entry, dict) or not set(entry) <= _KEYS:
            raise BadWords(f"words.yaml: intents.{name}: only {sorted(_KEYS)} are known")


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise BadWords(f"words.yaml: {where}: words are needed, not {value!r}")
    return value


def _words(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not value:
        raise BadWords(f"words.yaml: {where}: a list of words is needed")
    return [_text(word, where) for word in value]


def _phrases(intents: dict[str, Any], asking: bool) -> dict[str, Phrase]:
    table: dict[str, Phrase] = {}
    for name, scope, word in _said(intents):
        if scope == ("idle" if asking else "asking"):
            continue
        key = single(bare(clean(word)))
        if not key:
            raise BadWords(f"words.yaml: intents.{name}.{scope}: {word!r} has no letters")
        known = table.get(key)
        if known is not None and known.intent is not Intent(name):
            raise BadWords(f"words.yaml: {word!r} stands for both {known.intent} and {name}")
        exact = known.exact if known is not None else frozenset[str]()
        table[key] = Phrase(Intent(name), exact if scope == "guess" else exact | {fold(word)})
    return table


def _said(intents: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, entry in intents.items():
        for scope in SCOPES:
            if scope in entry:
                yield from ((name, scope, word) for word in _words(entry[scope], f"intents.{name}.{scope}"))


def _ends(table: Iterable[str]) -> dict[str, tuple[str, ...]]:
    ends = defaultdict[str, list[str]](list)
    for key in table:
        ends[f"{key[:2]}…"].append(key)
        ends[f"…{key[-2:]}"].append(key)
    return {end: tuple(keys) for end, keys in ends.items()}


def _own(words: Any) -> dict[str, tuple[str, ...]]:
    by_key = defaultdict[str, list[str]](list)
    for word in _words(words, "own"):
        by_key[bare(clean(word))].append(fold(word))
    return {key: tuple(words) for key, words in by_key.items()}


def _alike(groups: Iterable[str]) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair) for group in groups for pair in combinations(group, 2))


def _bare(value: Any, where: str) -> list[str]:
    return [bare(clean(word)) for word in _words(value, where)]


_CORE = re.compile(r"<([^<>]+)>")
_SET = re.compile(r"\{([a-z]+)\}")
_BRANCH = re.compile(r"(?<=[|:])\(\?:([^()]*)\)(?=[|)])")
_ALTERNATIVES = re.compile(r"\(\?:([^()]*\|[^()]*)\)")
_LETTERS = re.compile(r"[a-zก-๎ ๆ]+")


def _inner(group: str) -> str:
    return group[1:-1] if group.startswith("(") and group.endswith(")") else group


def _expanded(pattern: str, sets: dict[str, str], where: str) -> str:
    """Put the sets in and write the letters as ``bare`` does."""
    pattern = clean(pattern)
    while found := _SET.search(pattern):
        if found[1] not in sets:
            raise BadWords(f"words.yaml: {where}: no set named {found[1]!r}")
        pattern = pattern[: found.start()] + f"({sets[found[1]]})" + pattern[found.end() :]
    pattern = _LETTERS.sub(lambda found: bare(found[0]), pattern)
    return _tidy(re.sub(r"\((?!\?)", "(?:", pattern))


def _tidy(pattern: str) -> str:
    """Flatten groups within groups and drop twins among alternatives, which would be tried again and again."""
    while (flat := _BRANCH.sub(r"\1", pattern)) != pattern:
        pattern = flat
    return _ALTERNATIVES.sub(lambda found: f"(?:{'|'.join(dict.fromkeys(found[1].split('|')))})", pattern)


def _compiled(pattern: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise BadWords(f"words.yaml: {where}: {error}") from error


def _sentences(intents: dict[str, Any], sets: dict[str, str]) -> dict[str, tuple[Sentence, ...]]:
    by_core = defaultdict[str, list[Sentence]](list)
    for name, entry in intents.items():
        where = f"intents.{name}.sentences"
        for line in _words(entry["sentences"], where) if "sentences" in entry else ():
            cores = _CORE.findall(line)
            if len(cores) != 1:
                raise BadWords(f"words.yaml: {where}: one <…> is needed in {line!r}")
            pattern = _expanded(_CORE.sub(r"(\1)", line), sets, where)
            sentence = Sentence(Intent(name), _compiled(pattern, where))
            for core in _inner(_expanded(f"({cores[0]})", sets, where)).removeprefix("?:").split("|"):
                by_core[core].append(sentence)
    return {core: tuple(_beginning(core, by_core)) for core in by_core}


def _beginning(core: str, by_core: dict[str, list[Sentence]]) -> Iterator[Sentence]:
    """Yield the sentences of a core and of the shorter ones it begins with: only the longest is ever found."""
    return (sentence for known in by_core if core.startswith(known) for sentence in by_core[known])


def _clues(raw: dict[str, Any], sets: dict[str, str]) -> tuple[Sentence, ...]:
    with_clues = {name for name, entry in raw["intents"].items() if "clues" in entry}
    order = _words(raw["clues_in_order"], "clues_in_order")
    if set(order) != with_clues:
        odd = sorted(set(order) ^ with_clues)
        raise BadWords(f"words.yaml: clues_in_order and the intents with clues differ: {odd}")
    clues = []
    for name in order:
        where = f"intents.{name}.clues"
        lines = [_expanded(line, sets, where) for line in _words(raw["intents"][name]["clues"], where)]
        clues.append(Sentence(Intent(name), _compiled("|".join(lines), where)))
    return tuple(clues)


def _trie(words: Iterable[str], first: str = "") -> str:
    """Return a pattern of all the words, sharing their beginnings: far faster than a plain list of them.

    first: "+" where the first letter may be drawn out.
    """
    tree: dict[str, Any] = {}
    for word in words:
        at = tree
        for letter in word:
            at = at.setdefault(letter, {})
        at[""] = {}
    return _branches(tree, first)


def _branches(tree: dict[str, Any], many: str = "") -> str:
    branches = [re.escape(letter) + many + _branches(rest) for letter, rest in tree.items() if letter]
    if not branches:
        return ""
    group = f"(?:{'|'.join(branches)})"
    return f"{group}?" if "" in tree else group


WORDS = read(source())
