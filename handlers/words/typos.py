"""Find the one command a slip of the thumb may have meant. Only proposes: nothing found here is sure."""

import re

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from handlers.words.intents import Intent
from handlers.words.keyboard import near_keys
from handlers.words.vocabulary import WORDS, key_of

_SHORTEST, _LONGEST = 4, 22  # letters; in shorter words one slip makes another word
_LONGEST_TYPED = 32  # with tone marks
_TWO_SLIPS = 14  # from this length on
_NEVER = frozenset({Intent.SMALLTALK, Intent.GREETING, Intent.YES, Intent.NO})  # too short, and nothing is lost
_ASKING = frozenset({Intent.START, Intent.NOT_YET, Intent.PUBLIC, Intent.SWITCH, Intent.STOP_REMINDERS})
"""What is seldom said at an open question, where words that come near it are rather an answer."""
_NOT = re.compile("(?:ยัง)?ไม")  # as it stands in a key
_ANY_LETTER = 12  # from this length on a wrong letter may be any; before, one near on the keyboard or alike in sound


def nearest(word: str, *, asking: bool) -> Intent | None:
    """Return the intent of the nearest command, None where there is none or two differ by as much.

    word: folded.
    """
    if len(word) > _LONGEST_TYPED:
        return None
    key = key_of(word)
    if not _SHORTEST <= len(key) <= _LONGEST or key.isascii() or any(map(str.isdigit, key)):
        return None
    slips = 2 if len(key) >= _TWO_SLIPS else 1
    ends = WORDS.ends[asking]
    keys = {*ends.get(f"{key[:2]}…", ()), *ends.get(f"…{key[-2:]}", ())}
    near = extract(key, keys, scorer=OSA.distance, score_cutoff=slips, limit=6)
    likely = [(distance, known) for known, distance, _ in near if len(known) >= _SHORTEST and _likely(word, key, known)]
    best = {WORDS.phrases[asking][known].intent for distance, known in likely if distance == min(likely)[0]}
    never = _NEVER | _ASKING if asking else _NEVER
    return best.pop() if len(best) == 1 and best.isdisjoint(never) else None


def _likely(word: str, typed: str, meant: str) -> bool:
    if _is_opposite(word, typed, meant):
        return False
    if len(typed) >= _ANY_LETTER or len(typed) != len(meant):
        return True
    wrong = [(one, other) for one, other in zip(typed, meant, strict=True) if one != other]
    return len(wrong) != 1 or near_keys(*wrong[0]) or frozenset(wrong[0]) in WORDS.alike


def _is_opposite(word: str, typed: str, meant: str) -> bool:
    """Tell whether one is the other behind a "no", but for the slips it has anyway: that is no slip itself."""
    refused = _NOT.match(meant)
    if _NOT.match(typed):
        return refused is None
    if word.startswith("บ่") and not meant.startswith("บ"):
        return True
    if refused is None:
        return False
    rests = (meant[refused.end() :], meant[refused.end() - 1 :])  # of "มม" a key has one
    return min(OSA.distance(rest, typed) for rest in rests) < max(1, OSA.distance(typed, meant))
