"""The words of ``handlers/texts/words.yaml``, read once and made ready for looking up."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from handlers.words.clean import bare, fold, single
from handlers.words.file import SCOPES, BadWords, mapping_of, parsed, source, words_of
from handlers.words.intents import Intent
from handlers.words.patterns import CORE, compiled, expanded, expanded_sets, spellings, tidy, trie

_SHORTEST_SINGLE = 3


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


def read(text: str) -> Vocabulary:
    """Make the vocabulary from YAML. Raises BadWords with the reason."""
    raw = parsed(text)
    sets = expanded_sets(raw["sets"])
    phrases = {asking: _phrases(raw["intents"], asking) for asking in (True, False)}
    sentences = _sentences(raw["intents"], sets)
    return Vocabulary(
        phrases=phrases,
        ends={asking: _ends(table) for asking, table in phrases.items()},
        own=frozenset(map(fold, words_of(raw["own"], "own"))),
        alike=_alike(words_of(raw["alike"], "alike")),
        polite=_endings(_folded(raw["polite"], "polite")),
        after=_endings(_folded(raw["polite"], "polite") + _folded(raw["after"], "after")),
        before=re.compile(trie(_folded(raw["before"], "before"))),
        cores=re.compile(f"(?=({trie(sentences)}))"),
        sentences=sentences,
        clues=_clues(raw, sets),
        numbered=mapping_of(raw["numbered"], "numbered"),
        dates={name: words_of(words, f"dates.{name}") for name, words in mapping_of(raw["dates"], "dates").items()},
    )


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
                yield from ((name, scope, word) for word in words_of(entry[scope], f"intents.{name}.{scope}"))


def _ends(table: Iterable[str]) -> dict[str, tuple[str, ...]]:
    ends = defaultdict[str, list[str]](list)
    for key in table:
        ends[f"{key[:2]}…"].append(key)
        ends[f"…{key[-2:]}"].append(key)
    return {end: tuple(keys) for end, keys in ends.items()}


def _alike(groups: Iterable[str]) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair) for group in groups for pair in combinations(group, 2))


def _folded(value: Any, where: str) -> list[str]:
    return [fold(word) for word in words_of(value, where)]


def _endings(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(trie((word[::-1] for word in words), first="+"))


def _sentences(intents: dict[str, Any], sets: dict[str, str]) -> dict[str, tuple[Sentence, ...]]:
    by_core = defaultdict[str, list[Sentence]](list)
    for name, entry in intents.items():
        where = f"intents.{name}.sentences"
        for line in words_of(entry["sentences"], where) if "sentences" in entry else ():
            cores = CORE.findall(line)
            if len(cores) != 1:
                raise BadWords(f"words.yaml: {where}: one <…> is needed in {line!r}")
            pattern = expanded(CORE.sub(r"(\1)", line), sets, where)
            sentence = Sentence(Intent(name), compiled(tidy(bare(pattern)), where), pattern)
            for core in spellings(bare(expanded(cores[0], sets, where))):
                by_core[core].append(sentence)
    return {core: tuple(_beginning(core, by_core)) for core in by_core}


def _beginning(core: str, by_core: dict[str, list[Sentence]]) -> Iterator[Sentence]:
    """Yield the sentences of a core and of the shorter ones it begins with: only the longest is ever found."""
    return (sentence for known in by_core if core.startswith(known) for sentence in by_core[known])


def _clues(raw: dict[str, Any], sets: dict[str, str]) -> tuple[Clue, ...]:
    with_clues = {name for name, entry in raw["intents"].items() if "clues" in entry}
    order = words_of(raw["clues_in_order"], "clues_in_order")
    if set(order) != with_clues:
        odd = sorted(set(order) ^ with_clues)
        raise BadWords(f"words.yaml: clues_in_order and the intents with clues differ: {odd}")
    clues = []
    for name in order:
        where = f"intents.{name}.clues"
        lines = [tidy(bare(expanded(line, sets, where))) for line in words_of(raw["intents"][name]["clues"], where)]
        clues.append(Clue(Intent(name), compiled("|".join(lines), where)))
    return tuple(clues)


WORDS = read(source())
