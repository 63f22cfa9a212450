"""Verbs about what schools ask for: the board of staff, taking and answering; a school sees its own."""

from handlers import ask_answers, asks, audit, memberships, reports, unsaid
from handlers.asks import Ask, View
from handlers.flows.asks import ANSWER_ASK, ASKS
from handlers.heard import Kind
from handlers.messages.build import clip
from handlers.messages.values import Act, Choice, Say
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.telling import tell
from handlers.texts import say
from handlers.verbs.chatting import home_choices
from handlers.verbs.listing import Board, desk
from handlers.words import Intent, Understood, clean, letters, private_number
from models.asking import Asked

SHOWN = 6
"""Asks listed at once: each has two buttons, of which LINE takes thirteen."""
OWN_SHOWN = 15
"""Own asks that a school sees at once."""
WORDS = 160
"""UTF-16 units of an ask's words in a list."""
LONGEST = 600
"""Characters of an answer."""
MINE = "my_asks"
"""What the button does with which a school sees its own asks."""
_IN_MINE = "ขอ"  # stands in all that is typed for that: other words are not looked through


# The board --------------------------------------------------------------------------------------------------------


def show_asks(talk: Talk) -> Turn:
    """List what schools ask for within one's scope, the oldest first."""
    return turn(_list(talk))


def _view(talk: Talk) -> View:
    return asks.view(talk.db, talk.channel, talk.stand.role, talk.stand.agency_id)


def _list(talk: Talk, lead: str = "") -> Say:
    found = asks.waiting(talk.db, talk.channel, _view(talk))
    shown = found[:SHOWN]
    talk.stand_at(talk.stand.flow, ASKS if shown else HOME, asks=[one.id for one in shown])
    if not shown:
        return Say("\n\n".join(filter(None, (lead, say("asks.none")))), (desk(),))
    audit.note(talk.db, talk.channel, "asks.viewed", talk.now, person=talk.person.id, asks=len(shown))
    rows = [_row(talk, place, one) for place, one in enumerate(shown, 1)]
    head = say("asks.head", of=len(found), shown=len(shown))
    buttons = [button for place, one in enumerate(shown, 1) for button in _buttons(talk, place, one)]
    return Say("\n\n".join(filter(None, (lead, head, *rows, say("asks.how")))), (*buttons, desk()))


def _row(talk: Talk, place: int, one: Ask) -> str:
    known = {"school": one.school_name, "district": one.district, "words": _words(talk, one)}
    row = say("asks.row", n=place, state=_state(talk, one), **known)
    return f"{row} {say('asks.private')}" if one.private else row


def _words(talk: Talk, one: Ask) -> str:
    return clip(asks.words(talk.db, one), WORDS) or say("asks.unsent")


def _state(talk: Talk, one: Ask) -> str:
    if one.state == Asked.OPEN:
        return say("asks.state_open")
    return say("asks.state_mine") if one.owner == talk.person.id else say("asks.state_taken", by=_owner(one))


def _owner(one: Ask) -> str:
    return one.owner_name or say("asks.somebody")


def _buttons(talk: Talk, place: int, one: Ask) -> list[Choice]:
    doing = {Asked.OPEN: ("take_ask", "answer_ask")}.get(one.state, ("answer_ask",))
    if one.state == Asked.TAKEN and one.owner != talk.person.id:
        return []
    return [Choice(say(f"label.{do}", n=place), Act(do, value=str(one.id))) for do in doing]


_BOARD = Board(
    "ask",
    "asks.which",
    "asks.foreign",
    lambda talk, number: asks.find(talk.db, talk.channel, _view(talk), number),
    _list,
)
_meant, _found = _BOARD.meant, _BOARD.found


# Taking -----------------------------------------------------------------------------------------------------------


def take_ask(talk: Talk) -> Turn:
    """Take an ask as one's own; of two who do so at once the second is told who has it."""
    one = _meant(talk)
    if isinstance(one, Turn):
        return one
    if not asks.take(talk.db, talk.channel, one.id, talk.person.id, talk.now):
        return _faster(talk, one.id)
    told = say("asks.told_taken", school=one.school_name, words=_words(talk, one))
    _tell_school(talk, one.school, told, once=_taken_as(one.id), worth_a_push=False)
    return turn(_list(talk, say("asks.taken", school=one.school_name, words=_words(talk, one))))


def take_over(talk: Talk) -> Turn:
    """Take an ask from a colleague who has it."""
    one = _meant(talk)
    if isinstance(one, Turn):
        return one
    if one.owner is None:
        return turn(_list(talk, say("asks.nobody_has_it", school=one.school_name)))
    mine = one.owner == talk.person.id or one.state == Asked.ANSWERED
    if mine or not asks.take_over(talk.db, talk.channel, one.id, one.owner, talk.person.id, talk.now):
        return _faster(talk, one.id)
    known = {"school": one.school_name, "words": _words(talk, one), "by": _owner(one)}
    return turn(_list(talk, say("asks.taken_over", **known)))


def _faster(talk: Talk, number: int) -> Turn:
    """Say what has become of an ask that cannot be taken or answered."""
    one = _found(talk, number)
    if isinstance(one, Turn):
        return one
    if one.state == Asked.ANSWERED:
        known = {"school": one.school_name, "by": _owner(one), "answer": one.answer or say("asks.own_answered_once")}
        return turn(_list(talk, say("asks.already_answered", **known)))
    if one.owner == talk.person.id:
        return turn(_list(talk, say("asks.already_mine", school=one.school_name)))
    listed = _list(talk)
    places: list[int] = talk.place.memo.get("asks", [])
    known = {"school": one.school_name, "by": _owner(one)}
    if one.id not in places:
        return turn(Say(say("asks.already_taken_plain", **known)), listed)
    return turn(Say(say("asks.already_taken", n=places.index(one.id) + 1, **known)), listed)


# Answering --------------------------------------------------------------------------------------------------------


def answer_ask(talk: Talk) -> Turn:
    """Answer an ask with the words typed behind the order; without any, ask for them."""
    one = _meant(talk)
    if isinstance(one, Turn):
        return one
    if one.state == Asked.ANSWERED or (one.owner is not None and one.owner != talk.person.id):
        return _faster(talk, one.id)
    if talk.order is not None and letters(talk.order.rest) > 0:
        return _answer(talk, one, talk.order.rest)
    return _ask_answer(talk, one, say("asks.ask_answer", school=one.school_name, words=_words(talk, one)))


def _ask_answer(talk: Talk, one: Ask, words: str) -> Turn:
    talk.stand_at(talk.stand.flow, ANSWER_ASK, ask=one.id)
    return turn(Say(words, (Choice(say("label.cancel"), Act("cancel")),)))


def take_answer(talk: Talk) -> Turn:
    """Take the words for the answer that was asked for."""
    number = talk.place.memo.get("ask")
    one = _found(talk, number) if number is not None else turn(_list(talk))
    if isinstance(one, Turn):
        return one
    if talk.heard.kind != Kind.TEXT or letters(talk.heard.text) < 2:
        return _ask_answer(talk, one, say("asks.answer_again"))
    return _answer(talk, one, talk.heard.text)


def _answer(talk: Talk, one: Ask, said: str) -> Turn:
    words = clean(said).strip()
    if private_number(words):
        talk.understood = Understood(Intent.SENSITIVE)  # nor is it kept with the event
        return _ask_answer(talk, one, say("asks.answer_private"))
    if len(words) > LONGEST:
        return _ask_answer(talk, one, say("asks.answer_long", most=LONGEST))
    mark = talk.heard.message_id
    if not asks.answer(talk.db, talk.channel, one.id, talk.person.id, words, talk.now, mark):
        return _faster(talk, one.id)
    told = say("asks.told_answered", school=one.school_name, words=_words(talk, one), answer=words)
    _tell_school(talk, one.school, told, once=ask_answers.told_as(one.id, mark), worth_a_push=True)
    return turn(_list(talk, say("asks.answered", school=one.school_name, answer=words)))


def _tell_school(talk: Talk, school: int, told: str, *, once: str, worth_a_push: bool) -> None:
    words = Say(told, (Choice(say("label.my_asks"), Act(MINE)),))
    for head in memberships.heads(talk.db, talk.channel, school, talk.now):
        tell(talk.db, talk.channel, head.person, words, once=once, now=talk.now, worth_a_push=worth_a_push)


def unsend(talk: Talk, mark: str) -> None:
    """Take a school's own words, of a bubble that is being unsent, out of what waits to be told to it of its ask."""
    part = reports.part_of_message(talk.db, talk.channel, mark)
    if part is None or part.said_by != talk.person.id:
        return
    school = reports.school_of(talk.db, talk.channel, part.report_id)
    for one in asks.of_school(talk.db, talk.channel, school) if school is not None else ():
        if one.report == part.report_id and one.question == part.question and not one.need:
            for once in (_taken_as(one.id), f"ask.answered:{one.id}"):
                unsaid.reword(talk.db, talk.channel, once, _words(talk, one), say("asks.unsent"))


def _taken_as(number: int) -> str:
    return f"ask.taken:{number}"


def edited(talk: Talk, mark: str) -> Turn | None:
    """Take an edited bubble's new words for the answer that it gave; None where it gave none."""
    words = clean(talk.heard.text).strip()
    if letters(words) < 2 or len(words) > LONGEST:
        return None
    one = ask_answers.reword(talk.db, talk.channel, mark, talk.person.id, words, talk.now)
    if one is None:
        return None
    if one.told:
        once = f"{ask_answers.told_as(one.ask, mark)}:{talk.heard.id}"
        _tell_school(talk, one.school, say("asks.told_reworded", answer=words), once=once, worth_a_push=False)
    return turn(Say(say("asks.reworded", answer=words), (desk(),)))


# A school's own ---------------------------------------------------------------------------------------------------


def is_own(talk: Talk) -> bool:
    """Tell whether a school wants to see its own asks: by the button, or by a message that is nothing but that."""
    return talk.says_only("own_asks", button=MINE, among=_IN_MINE)


def show_own_asks(talk: Talk) -> Turn:
    """Show a school what it has asked for and what became of it; where one stands in the report stays as it is."""
    at = talk.stand
    found = asks.of_school(talk.db, talk.channel, at.school) if at.school is not None else []
    choices = home_choices(talk) if at.round is not None else ()
    if not found:
        return turn(Say(say("asks.own_none", school=at.school_name), choices))
    shown = found[:OWN_SHOWN]
    rows = [say("asks.own_row", n=n, words=_words(talk, one), state=_own_state(one)) for n, one in enumerate(shown, 1)]
    rest = [say("asks.own_rest", n=len(found) - len(shown))] if len(found) > len(shown) else []
    head = say("asks.own_head", school=at.school_name, of=len(found))
    return turn(Say("\n\n".join([head, *rows, *rest]), choices))


def _own_state(one: Ask) -> str:
    if one.state == Asked.OPEN:
        return say("asks.own_open_private" if one.private else "asks.own_open")
    if one.state == Asked.ANSWERED:
        return say("asks.own_answered", answer=one.answer) if one.answer else say("asks.own_answered_once")
    return say("asks.own_taken")
