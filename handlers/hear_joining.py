"""What somebody means who joins: a code, a school, a role, a name, or any other words."""

from handlers import finding
from handlers.flows.joining import AS, ASK, CODE, FOUND, NAME, NAMED, PICK, ROLE, SCHOOL_NAMED
from handlers.heard import Kind
from handlers.invites import looks_like_code
from handlers.messages.values import Act
from handlers.numbers import number
from handlers.talk import Talk
from handlers.verbs.applying import role_in
from handlers.words import Intent, Understood, clean, digits, understand

_INTENTS = frozenset(str(intent) for intent in Intent)
_WEIGHTIER = frozenset({Intent.CODE, Intent.SCAM, Intent.SENSITIVE, Intent.WRONG_PERSON, Intent.OUT_OF_SCOPE})
"""What words mean even where they name a school."""
_LONGEST_ROLE = 60


def meant(act: Act | None) -> Understood:
    """Return what a button means: the word of the same name."""
    if act is None or act.do not in _INTENTS:
        return Understood(Intent.UNKNOWN)
    return Understood(Intent(act.do), topic=number(act.value) if act.do in (Intent.TOPIC, Intent.EDIT) else None)


def understood(talk: Talk, *, asking: bool = False) -> Understood:
    """Return what somebody means who is asked no question of a report. asking: some words are asked for."""
    if talk.heard.kind == Kind.FOLLOW:
        return Understood(Intent.START)
    if talk.heard.kind == Kind.POSTBACK:
        talk.act = Act.read(talk.heard.data)
        return meant(talk.act)
    if looks_like_code(talk.heard.text):
        return Understood(Intent.CODE)
    return understand(talk.heard.text, asking=asking)


def said_to(talk: Talk, step: str) -> str:
    """Return what the step table of joining hears at a step; sets ``understood`` and ``found`` of the talk."""
    if talk.heard.kind == Kind.EDITED:  # what was typed before has been heard already
        talk.understood = Understood(Intent.UNKNOWN)
        return str(Intent.UNKNOWN)
    talk.understood = understood(talk, asking=step == NAME)
    if talk.heard.kind == Kind.POSTBACK:
        return talk.act.do if talk.act and talk.act.do in (FOUND, AS) else str(talk.understood.intent)
    if talk.heard.kind != Kind.TEXT:
        return str(talk.understood.intent)
    return _typed(talk, step)


def _typed(talk: Talk, step: str) -> str:
    intent = talk.understood.intent
    if intent in _WEIGHTIER:
        return str(intent)
    if step == NAME:
        return NAMED if intent == Intent.ANSWER or not talk.understood.sure else str(intent)
    alone = number(digits(clean(talk.heard.text)).strip())
    if alone is not None and step in (PICK, ROLE):
        return FOUND if step == PICK else AS
    if step == ROLE and len(talk.heard.text) <= _LONGEST_ROLE and role_in(talk.heard.text):
        return AS
    return _named(talk, step)


def _named(talk: Talk, step: str) -> str:
    """Tell words that name a school from all others: a whole name does, a likeness only where nothing else is meant."""
    intent = talk.understood.intent
    if step not in (CODE, PICK, ROLE, ASK) or (talk.understood.sure and intent != Intent.UNKNOWN):
        return str(intent)
    talk.found = _find(talk, step)
    if step == ASK:
        return SCHOOL_NAMED if talk.found.sure else str(intent)
    known = talk.found.sure or (talk.found.schools and (step == PICK or intent == Intent.UNKNOWN))
    if known or (talk.found.marked and intent in (Intent.UNKNOWN, Intent.START)):
        return SCHOOL_NAMED
    return str(intent)


def _find(talk: Talk, step: str) -> finding.Found:
    """Return the schools that the words may name; of a list, the one that a district or agency tells."""
    among = talk.place.memo.get("schools") if step == PICK else None
    return finding.find(talk.db, talk.channel, talk.heard.text, talk.now, among)
