"""Verbs of a coordinator about requests for erasure: the list, erasing after one more yes, refusing with a reason."""

from collections.abc import Collection

from handlers import agencies, audit, erasures
from handlers.erasures import Erasure
from handlers.flows.erasing import ERASE_SURE, ERASE_WHY, ERASURES
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Say
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, today
from handlers.verbs.listing import desk, listed
from handlers.words import Intent, Understood, clean, letters, private_number
from models.people import Request

SHOWN = 6
"""Requests listed at once: each has two buttons, of which LINE takes thirteen."""
LONGEST_REASON = 300
"""Characters of a reason."""
_FLOW = "coordinating"


def _offices(talk: Talk) -> Collection[int] | None:
    return agencies.reach(talk.db, talk.channel, talk.stand.agency_id)


def show_erasures(talk: Talk) -> Turn:
    """List the requests that wait within one's scope, the oldest first. Names are shown: that is audited."""
    found = _list(talk)
    if shown := talk.place.memo["erasures"]:
        audit.note(talk.db, talk.channel, "erasure.viewed", talk.now, person=talk.person.id, requests=len(shown))
    return turn(found)


def _list(talk: Talk, lead: str = "") -> Say:
    found = erasures.waiting(talk.db, talk.channel, _offices(talk))
    shown = found[:SHOWN]
    talk.stand_at(_FLOW, ERASURES if shown else HOME, erasures=[one.id for one in shown])
    if not shown:
        return Say("\n\n".join(filter(None, (lead, say("erasures.none")))), (desk(),))
    rows = [_row(talk, place, one) for place, one in enumerate(shown, 1)]
    head = say("erasures.head", of=len(found), shown=len(shown))
    buttons = [button for place, one in enumerate(shown, 1) for button in _buttons(place, one)]
    return Say("\n\n".join(filter(None, (lead, head, *rows, say("erasures.how")))), (*buttons, desk()))


def _row(talk: Talk, place: int, one: Erasure) -> str:
    left = (today(one.due_at) - today(talk.now)).days
    term = say("erasures.left", n=left) if left >= 0 else say("erasures.over", n=-left)
    asked, due = day(today(one.asked_at)), day(today(one.due_at))
    return say("erasures.row", n=place, who=_who(one), asked=asked, due=due, left=term)


def _who(one: Erasure) -> str:
    roles = [
        say("erasures.role", role=say(f"role.{role.role}"), place=role.place or say("joining.everywhere"))
        for role in one.roles
    ]
    name = one.name or say("erasures.nameless" if one.known else "erasures.unlinked")
    return "\n".join([say("erasures.who", name=name, person=one.person), *roles])


def _buttons(place: int, one: Erasure) -> tuple[Choice, Choice]:
    erase = Choice(say("label.erase", n=place), Act("erase", value=str(one.id)))
    return erase, Choice(say("label.refuse_erasure", n=place), Act("refuse_erasure", value=str(one.id)))


# Which one --------------------------------------------------------------------------------------------------------


def _ordered(talk: Talk) -> Erasure | Turn:
    """Return the request of a button, or of a number in the list that was shown; what to say where there is none."""
    number = listed(talk, "erasures")
    if number is None:
        return turn(_list(talk, say("erasures.which") if talk.place.memo.get("erasures") else ""))
    return _open(talk, number)


def _open(talk: Talk, number: int | None) -> Erasure | Turn:
    """Return a request that this coordinator may decide now; another agency's is refused and audited."""
    one = erasures.find(talk.db, talk.channel, _offices(talk), number) if number is not None else None
    if one is None:
        audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why="erasure", request=number)
        return turn(_list(talk, say("erasures.foreign")))
    if one.state != Request.ASKED:
        return _decided_already(talk, one)
    return turn(_list(talk, say("erasures.own"))) if one.person == talk.person.id else one


def _decided_already(talk: Talk, one: Erasure) -> Turn:
    key = "erasures.already_erased" if one.state == Request.GRANTED else "erasures.already_refused"
    return turn(_list(talk, say(key, person=one.person, by=one.decided_by or say("erasures.somebody"))))


# Erasing ----------------------------------------------------------------------------------------------------------


def ask_erase(talk: Talk) -> Turn:
    """Say what goes and what stays, and ask for one more yes: what is erased does not come back."""
    one = _ordered(talk)
    return one if isinstance(one, Turn) else _ask_sure(talk, one)


def _ask_sure(talk: Talk, one: Erasure) -> Turn:
    talk.stand_at(_FLOW, ERASE_SURE, erasure=one.id)
    sure = Choice(say("label.erase_yes"), Act("erase_yes", value=str(one.id)))
    return turn(Say(say("erasures.sure", who=_who(one)), (sure, Choice(say("label.data_no"), Act("no")))))


def erase_sure_again(talk: Talk) -> Turn:
    """Ask once more: what was said is neither yes nor no."""
    one = _open(talk, talk.place.memo.get("erasure"))
    return one if isinstance(one, Turn) else _ask_sure(talk, one)


def erase_person(talk: Talk) -> Turn:
    """Erase who was shown; a yes that comes late, or a button for another one, asks again or does nothing."""
    wanted = talk.place.memo.get("erasure")
    tapped = talk.order.number if talk.order and talk.heard.kind == Kind.POSTBACK else wanted
    if tapped != wanted:
        return erasure_button_is_old(talk)
    one = _open(talk, wanted)
    if isinstance(one, Turn):
        return one
    if talk.lapsed:
        return _ask_sure(talk, one)
    if not erasures.carry_out(talk.db, talk.channel, one, talk.person.id, talk.now):
        return _decided_already(talk, erasures.find(talk.db, talk.channel, _offices(talk), one.id) or one)
    return turn(_list(talk, say("erasures.done", person=one.person)))


def erasure_button_is_old(talk: Talk) -> Turn:
    """Answer a yes that nothing asks for any more: nothing is erased."""
    return turn(_list(talk, say("my_data.old")))


# Refusing ---------------------------------------------------------------------------------------------------------


def refuse_erasure(talk: Talk) -> Turn:
    """Refuse a request with the reason typed behind the order; without one, ask for it."""
    one = _ordered(talk)
    if isinstance(one, Turn):
        return one
    if talk.order is not None and letters(talk.order.rest) > 1:
        return _refuse(talk, one, talk.order.rest)
    return _ask_why(talk, one, say("erasures.why", who=_who(one)))


def _ask_why(talk: Talk, one: Erasure, words: str) -> Turn:
    talk.stand_at(_FLOW, ERASE_WHY, erasure=one.id)
    return turn(Say(words, (Choice(say("label.cancel"), Act("cancel")),)))


def take_erasure_why(talk: Talk) -> Turn:
    """Take the words for the reason of a refusal."""
    one = _open(talk, talk.place.memo.get("erasure"))
    if isinstance(one, Turn):
        return one
    if talk.heard.kind != Kind.TEXT or letters(talk.heard.text) < 2:
        return _ask_why(talk, one, say("erasures.why_again"))
    return _refuse(talk, one, talk.heard.text)


def _refuse(talk: Talk, one: Erasure, words: str) -> Turn:
    why = " ".join(clean(words).split())
    if private_number(why):
        talk.understood = Understood(Intent.SENSITIVE)  # nor is it kept with the event
        return _ask_why(talk, one, say("erasures.why_private"))
    if len(why) > LONGEST_REASON:
        return _ask_why(talk, one, say("erasures.why_long", most=LONGEST_REASON))
    if not erasures.refuse(talk.db, talk.channel, one, talk.person.id, why, talk.now, talk.heard.message_id):
        return _decided_already(talk, erasures.find(talk.db, talk.channel, _offices(talk), one.id) or one)
    return turn(_list(talk, say("erasures.refused", person=one.person, why=why)))
