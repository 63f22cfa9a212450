"""Patterns of sentences: sets put in, letters folded, and the words without which they cannot be meant."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from handlers.words.clean import fold
from handlers.words.file import BadWords, mapping_of, text_of

CORE = re.compile(r"<([^<>]+)>")
_SET = re.compile(r"\{([a-z]+)\}")
_BRANCH = re.compile(r"(?<=[|:])\(\?:([^()]*)\)(?=[|)])")
_ALTERNATIVES = re.compile(r"\(\?:([^()]*\|[^()]*)\)")
_WORD = re.compile(r"[ก-๎][ก-๎ ]*")


def expanded_sets(raw: Any) -> dict[str, str]:
    """Return the patterns of the sets by name. Raises BadWords."""
    sets: dict[str, str] = {}
    for name, words in mapping_of(raw, "sets").items():  # a set may hold those above it
        sets[name] = expanded(text_of(words, f"sets.{name}"), sets, f"sets.{name}")
    return sets


def expanded(pattern: str, sets: dict[str, str], where: str) -> str:
    """Fold the letters and put the sets in. Raises BadWords."""
    check_sets(pattern, sets, where)
    pattern = _WORD.sub(lambda found: fold(found[0]), pattern)
    pattern = re.sub(r"\((?!\?)", "(?:", pattern)
    for name in _SET.findall(pattern):
        pattern = pattern.replace(f"{{{name}}}", sets[name])
    return tidy(pattern)


def check_sets(pattern: str, sets: dict[str, str], where: str) -> None:
    """Raise BadWords where a pattern names a set that there is not."""
    for name in _SET.findall(pattern):
        if name not in sets:
            raise BadWords(f"words.yaml: {where}: no set named {name!r}")


def tidy(pattern: str) -> str:
    """Flatten groups within groups and drop twins among alternatives, which would be tried again and again."""
    while (flat := _BRANCH.sub(r"\1", pattern)) != pattern:
        pattern = flat
    return _ALTERNATIVES.sub(lambda found: f"(?:{'|'.join(dict.fromkeys(found[1].split('|')))})", pattern)


def compiled(pattern: str, where: str) -> re.Pattern[str]:
    """Compile a pattern; raise BadWords where it is none."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise BadWords(f"words.yaml: {where}: {error}") from error


def spellings(pattern: str) -> list[str]:
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


def trie(words: Iterable[str], *, first: str = "", each: str = "") -> str:
    """Return a pattern of all the words, sharing their beginnings: far faster than a plain list of them.

    Of two that match the longer is tried first. first: put after each word's first letter ("+": it may be drawn out);
    each: put after every letter.
    """
    tree: dict[str, Any] = {}
    for word in words:
        at = tree
        for letter in word:
            at = at.setdefault(letter, {})
        at[""] = {}
    return _branches(tree, first + each, each)


def _branches(tree: dict[str, Any], after: str, each: str) -> str:
    branches = [re.escape(letter) + after + _branches(rest, each, each) for letter, rest in tree.items() if letter]
    if not branches:
        return ""
    if len(branches) == 1 and "" not in tree:
        return branches[0]
    ended = "|" if "" in tree else ""  # a word ends here; "|)" is matched faster than ")?"
    return f"(?:{'|'.join(branches)}{ended})"
