"""What was said and is unsent or edited in LINE, wherever it went but the answers of a report."""

from handlers import (
    announcement_edits,
    announcements,
    ask_answers,
    erasures,
    joining_requests,
    reports,
    ruling_edits,
    ticket_edits,
    tickets,
)
from handlers.messages.values import Say
from handlers.ruling_edits import Edited
from handlers.talk import Talk, Turn, turn
from handlers.telling import tell
from handlers.texts import say
from handlers.tickets import SOON
from handlers.verbs import asks, extending, filing, invited_edits
from handlers.verbs.at_topic import LONGEST_REASON
from handlers.verbs.tickets import SILENT
from handlers.words import Intent, Understood, clean, private_number

_DONE = {
    Edited.REASON: "edited.reason",
    Edited.EXPLANATION: "edited.explanation",
    Edited.TOO_LATE: "edited.too_late",
}


def unsend(talk: Talk) -> None:
    """Forget the words of a bubble that was unsent, and take them out of what waits to be told to somebody."""
    mark = talk.heard.message_id
    if mark is None:
        return
    key = (talk.db, talk.channel, mark, talk.person.id)
    ruling_edits.unsend(*key)
    ticket_edits.unsend(*key, talk.now)
    ask_answers.unsend(*key, talk.now)
    erasures.unsend(*key)
    joining_requests.unsend(*key)
    announcement_edits.unsend(*key, talk.now)
    asks.unsend(talk, mark)
    extending.unsend(talk, mark)
    invited_edits.unsend(talk, mark)


def edited(talk: Talk) -> Turn | None:
    """Take an edited bubble's new words where the old ones went, as long as that is open; None where it gave none."""
    mark = talk.heard.message_id
    if mark is None:
        return None
    if private_number(talk.heard.text):
        talk.understood = Understood(Intent.SENSITIVE)  # nothing of it is kept, nor is it with the event
        known = reports.part_of_message(talk.db, talk.channel, mark) is not None
        return None if known else turn(Say(say("edited.id_number")))
    for take in (_in_talk, extending.edited, asks.edited, invited_edits.edited, _ruled, _offered, _announced):
        if (turned := take(talk, mark)) is not None:
            return turned
    return None


def _offered(talk: Talk, mark: str) -> Turn | None:
    """Change words that wait to be filed, and ask again where; None where the bubble does not wait."""
    waiting = talk.place.memo.get("waiting") or []
    if not talk.writable or all(one["message"] != mark for one in waiting):
        return None
    words = clean(talk.heard.text)
    talk.place.memo["waiting"] = [one | {"text": words} if one["message"] == mark else one for one in waiting]
    return filing.offer_again(talk)


def _in_talk(talk: Talk, mark: str) -> Turn | None:
    """Put an edited bubble's new words in the place of the old ones; None where it was said in no talk."""
    words = clean(talk.heard.text).strip()
    one = ticket_edits.reword(talk.db, talk.channel, mark, talk.person.id, words) if words else None
    if one is None:
        return None
    if one.told:
        once = f"{tickets.answer_key(one.number)}:{talk.heard.id}"
        told = Say(say("tickets.told_reworded", answer=words))
        tell(talk.db, talk.channel, one.person, told, once=once, now=talk.now, patience=SOON)
    if not one.of_staff and tickets.open_of(talk.db, talk.person.id) is not None:
        return SILENT
    return turn(Say(say("tickets.reworded")))


def _ruled(talk: Talk, mark: str) -> Turn | None:
    words = clean(talk.heard.text).strip()
    if not words or len(words) > LONGEST_REASON:
        return None
    found = ruling_edits.reword(talk.db, talk.channel, mark, talk.person.id, words, talk.now)
    return turn(Say(say(_DONE[found]))) if found else None


def _announced(talk: Talk, mark: str) -> Turn | None:
    words = clean(talk.heard.text)
    if not words or announcements.is_long(words):
        return None
    one = announcement_edits.reword(talk.db, talk.channel, mark, talk.person.id, words)
    if one is None:
        return None
    return turn(Say(say("announce.reworded" if one.is_draft else "announce.reworded_late")))
