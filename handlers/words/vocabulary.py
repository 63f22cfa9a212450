"""The words of ``handlers/texts/words.yaml``, read once and made ready for looking up."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from handlers.cached import cached_property
from handlers.words.clean import bare, fold, single
from handlers.words.file import SCOPES, BadWords, mapping_of, parsed, source, words_of
from handlers.words.intents import Intent
from handlers.words.patterns import CORE, check_sets, compiled, expanded, expanded_sets, spellings, tidy, trie

_SHORTEST_SINGLE = 3


@dataclass(frozen=True, slots=True)
class Phrase:
    """One key of the table: an intent and the ways to write it, folded, with their tone marks."""

    intent: Intent
    exact: frozenset[str]  # leave no doubt
    guess: frozenset[str]  # may have been meant otherwise


# To make all patterns ready takes longer than all the rest of reading the words, and a message needs few of them: each
# is made ready when it is first needed. One that is malformed raises BadWords then.


@dataclass(frozen=True)
class Sentence:
    """A pattern of a whole message, ``line`` as it is written in the file."""

    intent: Intent
    line: str
    sets: dict[str, str]
    where: str

    @cached_property
    def bare(self) -> re.Pattern[str]:
        """The pattern of a message without its tone marks."""
        return compiled(tidy(bare(self._written)), self.where)

    @cached_property
    def _written(self) -> str:
        return expanded(CORE.sub(r"(\1)", self.line), self.sets, self.where)

    def is_exact(self, key: str) -> bool:
        """Tell whether a message the pattern matches has its tone marks too."""
        return re.fullmatch(self._written, key) is not None


@dataclass(frozen=True)
class Clue:
    """Patterns of what may stand anywhere in a message, ``lines`` as they are written in the file."""

    intent: Intent
    lines: tuple[str, ...]
    sets: dict[str, str]
    where: str

    @cached_property
    def bare(self) -> re.Pattern[str]:
        """The pattern of any of them, without tone marks."""
        return compiled("|".join(tidy(bare(expanded(line, self.sets, self.where))) for line in self.lines), self.where)


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
    asks: re.Pattern[str]  # what makes a question of a message, at its end, likewise
    negations: frozenset[str]  # a clause that is nothing but "no"
    plans: re.Pattern[str]  # what makes a plan of the word behind it
    acts: dict[Intent, tuple[str, ...]]  # what a confirmation may name
    cores: re.Pattern[str]
    sentences: dict[str, tuple[Sentence, ...]]  # by core
    clues: tuple[Clue, ...]
    numbered: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, list[str]] = field(default_factory=dict)


def read(text: str) -> Vocabulary:
    """Make the vocabulary from YAML. Raises BadWords with the reason."""
    raw = parsed(text)
    sets = expanded_sets(raw["sets"])
    said = list(_said(raw["intents"]))
    phrases = {asking: _phrases(said, asking) for asking in (True, False)}
    sentences = _sentences(raw["intents"], sets)
    return Vocabulary(
        phrases=phrases,
        ends={asking: _ends(table) for asking, table in phrases.items()},
        own=frozenset(map(fold, words_of(raw["own"], "own"))),
        alike=_alike(words_of(raw["alike"], "alike")),
        polite=_endings(_folded(raw["polite"], "polite")),
        after=_endings(_folded(raw["polite"], "polite") + _folded(raw["after"], "after")),
        before=re.compile(trie(_folded(raw["before"], "before"))),
        asks=_endings(_folded(raw["asks"], "asks")),
        negations=frozenset(_folded(raw["negations"], "negations")),
        plans=re.compile(trie(_folded(raw["plans"], "plans"))),
        acts={Intent(act): tuple(map(bare, words_of(words, f"acts.{act}"))) for act, words in raw["acts"].items()},
        cores=re.compile(f"(?=({trie(sentences)}))"),
        sentences=sentences,
        clues=_clues(raw, sets),
        numbered=mapping_of(raw["numbered"], "numbered"),
        dates={name: words_of(words, f"dates.{name}") for name, words in mapping_of(raw["dates"], "dates").items()},
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """A word of an intent, as it is looked up. ways: to write it, folded, with their tone marks."""

    intent: Intent
    scope: str
    word: str
    key: str
    ways: frozenset[str]


def _phrases(said: Iterable[_Said], asking: bool) -> dict[str, Phrase]:
    table: dict[str, Phrase] = {}
    for one in said:
        if one.scope == ("idle" if asking else "asking"):
            continue
        known = table.get(one.key, Phrase(one.intent, frozenset(), frozenset()))
        if known.intent is not one.intent:
            raise BadWords(f"words.yaml: {one.word!r} stands for both {known.intent} and {one.intent}")
        if one.scope == "guess":
            table[one.key] = Phrase(one.intent, known.exact, known.guess | one.ways)
        else:
            table[one.key] = Phrase(one.intent, known.exact | one.ways, known.guess)
    return table


def key_of(word: str) -> str:
    """Return the key of a folded word; of a very short one the doubled letters stay."""
    key = bare(word)
    return single(key) if len(key) > _SHORTEST_SINGLE else key


def _said(intents: dict[str, Any]) -> Iterator[_Said]:
    for name, entry in intents.items():
        for scope in SCOPES:
            where = f"intents.{name}.{scope}"
            for word in words_of(entry[scope], where) if scope in entry else ():
                way = fold(word)
                key = key_of(way)
                if not key:
                    raise BadWords(f"words.yaml: {where}: {word!r} has no letters")
                ways = frozenset((way, single(way))) if len(key) > _SHORTEST_SINGLE else frozenset((way,))
                yield _Said(Intent(name), scope, word, key, ways)


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
            check_sets(line, sets, where)
            sentence = Sentence(Intent(name), line, sets, where)
            for core in spellings(bare(expanded(cores[0], sets, where))):
                by_core[core].append(sentence)
    order = {core: at for at, core in enumerate(by_core)}
    return {core: tuple(_beginning(core, by_core, order)) for core in by_core}


def _beginning(core: str, by_core: dict[str, list[Sentence]], order: dict[str, int]) -> Iterator[Sentence]:
    """Yield the sentences of a core and of the shorter ones it begins with: only the longest is ever found."""
    shorter = (core[:end] for end in range(len(core) + 1))
    known = sorted((one for one in shorter if one in order), key=lambda one: order[one])
    return (sentence for one in known for sentence in by_core[one])


def _clues(raw: dict[str, Any], sets: dict[str, str]) -> tuple[Clue, ...]:
    with_clues = {name for name, entry in raw["intents"].items() if "clues" in entry}
    order = words_of(raw["clues_in_order"], "clues_in_order")
    if set(order) != with_clues:
        odd = sorted(set(order) ^ with_clues)
        raise BadWords(f"words.yaml: clues_in_order and the intents with clues differ: {odd}")
    clues = []
    for name in order:
        where = f"intents.{name}.clues"
        lines = words_of(raw["intents"][name]["clues"], where)
        for line in lines:
            check_sets(line, sets, where)
        clues.append(Clue(Intent(name), tuple(lines), sets, where))
    return tuple(clues)


WORDS = read(source())
