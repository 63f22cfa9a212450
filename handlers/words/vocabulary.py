"""The words of ``handlers/texts/words.yaml``, read once and made ready for looking up."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from itertools import combinations
from typing import Any

import yaml

from handlers.words.clean import bare, fold, single
from handlers.words.intents import Intent

# Every scalar is text: "no", "on" and "1" are words here.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
SCOPES = ("say", "guess", "asking", "idle")
_SHORTEST_SINGLE = 3
_KEYS = frozenset({*SCOPES, "sentences", "clues"})
_SECTIONS = frozenset(
    {"polite", "after", "before", "own", "alike", "sets", "clues_in_order", "intents", "numbered", "dates"}
)


class BadWords(ValueError):
    """The file of words cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One key of the table: an intent and the ways to write it, folded, with their tone marks."""

    intent: Intent
    exact: frozenset[str]  # leave no doubt
    guess: frozenset[str]  # may have been meant otherwise


@dataclass(frozen=True, slots=True)
class Sentence:
    """A pattern of a whole message; ``written`` has its tone marks and is compiled when first needed."""

    intent: Intent
    bare: re.Pattern[str]
    written: str

    def is_exact(self, key: str) -> bool:
        """Tell whether a message the pattern matches has its tone marks too."""
        return re.fullmatch(self.written, key) is not None


@dataclass(frozen=True, slots=True)
class Clue:
    intent: Intent
    bare: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything ``understand`` looks up. A key is a word folded, without tone marks, doubled letters once."""

    phrases: dict[bool, dict[str, Phrase]]  # by: is a question open?
    ends: dict[bool, dict[str, tuple[str, ...]]]  # keys by their first two letters, and by their last two
    own: frozenset[str]  # words that only look like a command
    alike: frozenset[frozenset[str]]  # pairs of letters that sound the same
    polite: re.Pattern[str]  # a polite particle at the end, of the message written backwards
    after: re.Pattern[str]  # a particle or filler at the end, likewise
    before: re.Pattern[str]
    cores: re.Pattern[str]
    sentences: dict[str, tuple[Sentence, ...]]  # by core
    clues: tuple[Clue, ...]
    numbered: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, list[str]] = field(default_factory=dict)


def source() -> str:
    """Return the text of the file that comes with the program."""
    return files("handlers").joinpath("texts", "words.yaml").read_text("utf-8")


def read(text: str) -> Vocabulary:
    """Make the vocabulary from YAML. Raises BadWords with the reason."""
    raw = _parsed(text)
    sets = _sets(raw["sets"])
    phrases = {asking: _phrases(raw["intents"], asking) for asking in (True, False)}
    sentences = _sentences(raw["intents"], sets)
    return Vocabulary(
        phrases=phrases,
        ends={asking: _ends(table) for asking, table in phrases.items()},
        own=frozenset(map(fold, _words(raw["own"], "own"))),
        alike=_alike(_words(raw["alike"], "alike")),
        polite=_endings(_folded(raw["polite"], "polite")),
        after=_endings(_folded(raw["polite"], "polite") + _folded(raw["after"], "after")),
        before=re.compile(_trie(_folded(raw["before"], "before"))),
        cores=re.compile(f"(?=({_trie(sentences)}))"),
        sentences=sentences,
        clues=_clues(raw, sets),
        numbered=_mapping(raw["numbered"], "numbered"),
        dates={name: _words(words, f"dates.{name}") for name, words in _mapping(raw["dates"], "dates").items()},
    )


def _parsed(text: str) -> dict[str, Any]:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        _check_keys(node)
        raw = _mapping(loader.construct_document(node), "the file")
    except yaml.YAMLError as error:
        raise BadWords(f"words.yaml: {error}") from error
    if set(raw) != _SECTIONS:
        raise BadWords(f"words.yaml: sections missing or unknown: {sorted(set(raw) ^ _SECTIONS)}")
    _check_intents(raw["intents"])
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


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadWords(f"words.yaml: {where}: a mapping is needed")
    return value


def _check_intents(intents: Any) -> None:
    for name, entry in _mapping(intents, "intents").items():
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
        key = key_of(fold(word))
        if not key:
            raise BadWords(f"words.yaml: intents.{name}.{scope}: {word!r} has no letters")
        known = table.get(key, Phrase(Intent(name), frozenset(), frozenset()))
        if known.intent is not Intent(name):
            raise BadWords(f"words.yaml: {word!r} stands for both {known.intent} and {name}")
        ways = {fold(word), single(fold(word)) if len(key) > _SHORTEST_SINGLE else fold(word)}
        if scope == "guess":
            table[key] = replace(known, guess=known.guess | ways)
        else:
            table[key] = replace(known, exact=known.exact | ways)
    return table


def key_of(word: str) -> str:
    """Return the key of a folded word; of a very short one the doubled letters stay."""
    key = bare(word)
    return single(key) if len(key) > _SHORTEST_SINGLE else key


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


def _alike(groups: Iterable[str]) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair) for group in groups for pair in combinations(group, 2))


def _folded(value: Any, where: str) -> list[str]:
    return [fold(word) for word in _words(value, where)]


def _endings(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_trie((word[::-1] for word in words), first="+"))


_CORE = re.compile(r"<([^<>]+)>")
_SET = re.compile(r"\{([a-z]+)\}")
_BRANCH = re.compile(r"(?<=[|:])\(\?:([^()]*)\)(?=[|)])")
_ALTERNATIVES = re.compile(r"\(\?:([^()]*\|[^()]*)\)")
_WORD = re.compile(r"[ก-๎][ก-๎ ]*")


def _sets(raw: Any) -> dict[str, str]:
    sets: dict[str, str] = {}
    for name, words in _mapping(raw, "sets").items():  # a set may hold those above it
        sets[name] = _expanded(_text(words, f"sets.{name}"), sets, f"sets.{name}")
    return sets


def _expanded(pattern: str, sets: dict[str, str], where: str) -> str:
    """Fold the letters and put the sets in."""
    pattern = _WORD.sub(lambda found: fold(found[0]), pattern)
    pattern = re.sub(r"\((?!\?)", "(?:", pattern)
    for name in _SET.findall(pattern):
        if name not in sets:
            raise BadWords(f"words.yaml: {where}: no set named {name!r}")
        pattern = pattern.replace(f"{{{name}}}", sets[name])
    return _tidy(pattern)


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
            sentence = Sentence(Intent(name), _compiled(_tidy(bare(pattern)), where), pattern)
            for core in _spellings(bare(_expanded(cores[0], sets, where))):
                by_core[core].append(sentence)
    return {core: tuple(_beginning(core, by_core)) for core in by_core}


def _spellings(pattern: str) -> list[str]:
    """Return every way to write a pattern that has only groups and alternatives: "ก(?:ข|ค)" is "กข" and "กค"."""
    return _written(iter(pattern.replace("(?:", "(")))


def _written(letters: Iterator[str]) -> list[str]:
    """Read up to the end of a group: keep the words so far of this alternative, and the alternatives before it."""
    done: list[str] = []
    now = [""]
    for letter in letters:
        if letter == ")":
            break
        if letter == "|":
            done, now = done + now, [""]
        else:
            more = _written(letters) if letter == "(" else [letter]
            now = [word + end for word in now for end in more]
    return done + now


def _beginning(core: str, by_core: dict[str, list[Sentence]]) -> Iterator[Sentence]:
    """Yield the sentences of a core and of the shorter ones it begins with: only the longest is ever found."""
    return (sentence for known in by_core if core.startswith(known) for sentence in by_core[known])


def _clues(raw: dict[str, Any], sets: dict[str, str]) -> tuple[Clue, ...]:
    with_clues = {name for name, entry in raw["intents"].items() if "clues" in entry}
    order = _words(raw["clues_in_order"], "clues_in_order")
    if set(order) != with_clues:
        odd = sorted(set(order) ^ with_clues)
        raise BadWords(f"words.yaml: clues_in_order and the intents with clues differ: {odd}")
    clues = []
    for name in order:
        where = f"intents.{name}.clues"
        lines = [_tidy(bare(_expanded(line, sets, where))) for line in _words(raw["intents"][name]["clues"], where)]
        clues.append(Clue(Intent(name), _compiled("|".join(lines), where)))
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
