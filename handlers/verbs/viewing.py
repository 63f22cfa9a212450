"""Verbs of a viewer: counts of reports, never names, and none where they would tell of single schools."""

from handlers import counting
from handlers.messages.values import Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say


def show_numbers(talk: Talk) -> Turn:
    """Say how many schools have sent and how many reports are verified, where there are enough of them."""
    at = talk.stand
    place = at.agency or say("joining.everywhere")
    if at.round is None:
        return turn(Say(say("viewing.no_round", place=place)))
    counts = counting.of_round(talk.db, talk.channel, at.round, at.agency_id, talk.now)
    if counts is None:
        return turn(Say(say("viewing.too_few", place=place, least=counting.LEAST)))
    words = say(
        "viewing.numbers",
        place=place,
        round=at.title,
        schools=counts.schools,
        sent=counts.sent,
        verified=counts.verified,
    )
    return turn(Say(words))
