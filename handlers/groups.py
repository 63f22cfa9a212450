"""Groups: the bot introduces itself when invited, and says where to talk when called. It reads nothing else there.

Whoever calls hears the same words: nothing of a school, of a report or of a person is ever looked up for a group.
"""

from unicodedata import category

from handlers.heard import Heard, Kind
from handlers.messages.values import Say
from handlers.texts import say
from handlers.words import clean

_BEGINNING = 60  # characters of a bubble in which a name may stand


def answer(heard: Heard) -> Say | None:
    """Return what is said in a group, None where nothing is: buttons, photos and talk among people are not for us."""
    if heard.token is None or not heard.active:
        return None
    if heard.kind == Kind.JOIN:
        return Say(say("group.greeting"))
    return Say(say("group.called")) if is_called(heard) else None


def is_called(heard: Heard) -> bool:
    """Tell whether a bubble calls the bot: by a mention of its account, or by a name at its beginning."""
    if heard.kind != Kind.TEXT:
        return False
    words = clean(heard.text[:_BEGINNING]).lower()
    alone = words.split(maxsplit=1)[:1] == [say("group.name_alone")]
    return heard.called or alone or any(_begins(words, name) for name in say("group.names").split())


def _begins(words: str, name: str) -> bool:
    """Tell whether words begin with a name and not with a longer one: a vowel or tone mark would go on with it."""
    rest = words.removeprefix(name)
    return rest != words and not (rest and category(rest[0]) == "Mn")
