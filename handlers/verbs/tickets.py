"""Verbs of talks with a person of the agency: opened and ended by a director, listed and answered by coordinators."""

from dataclasses import replace
from datetime import datetime

from handlers import agencies, audit, tickets
from handlers.flows.asks import ANSWER_TICKET, TICKETS
from handlers.heard import Kind
from handlers.messages.build import clip
from handlers.messages.values import Act, Choice, Say
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.telling import PATIENCE, tell
from handlers.texts import say
from handlers.thai import clock, day, today
from handlers.tickets import LAPSE, SOON, Shown, Ticket, Words
from handlers.verbs.chatting import chat, here
from handlers.verbs.filing import chat_or_offer
from handlers.verbs.listing import Board, desk
from handlers.words import Intent, Understood, clean, letters, private_number, understand

END = "end_talk"
"""What ends a talk: typed or tapped."""
_IN_END = "คุย"  # stands in all that ends a talk: other words are not looked through
SHOWN, QUOTED, LAST = 4, 250, 4
"""Talks in a list; UTF-16 units of a bubble in it; bubbles of each."""
LONGEST = 1000
"""Characters of an answer."""
SILENT = Turn(())


# Opening and ending -----------------------------------------------------------------------------------------------


def open_ticket(talk: Talk) -> Turn:
    """Open a talk with the coordinators; what was only guessed to mean that is told how to."""
    at = talk.stand
    staffed = at.agency_id is not None and tickets.officers(talk.db, talk.channel, at.agency_id, talk.now)
    if at.agency_id is None or not staffed:
        return chat(talk)
    if not talk.understood.sure:
        told = chat_or_offer(talk) if talk.place.step == HOME and talk.writable else chat(talk)
        return replace(told, said=(Say(say("tickets.how_to_talk")), *told.said))
    tickets.begin(talk.db, talk.channel, talk.person.id, at.school, at.agency_id, talk.heard.at)
    return turn(Say(say("tickets.opened", agency=at.agency), (_end(),)))


def may_open(talk: Talk) -> bool:
    """Tell whether there is somebody else whom a talk of this person would reach."""
    return bool(_others(talk))


def _others(talk: Talk) -> set[int]:
    at = talk.stand if talk.standing is not None else None
    if at is None or at.agency_id is None:
        return set()
    return set(tickets.officers(talk.db, talk.channel, at.agency_id, talk.now)) - {talk.person.id}


def open_about(talk: Talk, subject: str, opened: str) -> Turn | None:
    """Open a talk about something, which is its first words; None where nobody would read them.

    opened: the sentence that says so. In a talk that is under way the person goes on.
    """
    at = talk.stand if talk.standing is not None else None
    if at is None or at.agency_id is None or not _others(talk):
        return None
    under_way = tickets.open_of(talk.db, talk.person.id)
    if under_way is not None and not lapse(talk, under_way):
        return _how(talk, "tickets.still")
    by, when = talk.person.id, talk.heard.at
    made = tickets.begin(talk.db, talk.channel, by, at.school, at.agency_id, when)
    tickets.add(talk.db, talk.channel, made, by, subject, None, when)
    _tell_officers(talk, made, first=True)
    return turn(Say(say(opened, agency=at.agency), (_end(),)))


def _end() -> Choice:
    return Choice(say("label.end_talk"), Act(END))


def is_end(talk: Talk) -> bool:
    """Tell whether a talk is to end: by its button, or by a message that is nothing but that."""
    return talk.says_only(END, among=_IN_END)


def not_open(talk: Talk) -> Turn:
    """Say that there is no talk to end."""
    return _back(talk, say("tickets.none_open"))


def _back(talk: Talk, words: str) -> Turn:
    """Say words, and where in the report the person stands."""
    may = talk.standing is not None and talk.stand.may_write and talk.stand.round is not None
    return here(talk, words) if may else turn(Say(words))


# Words in a talk --------------------------------------------------------------------------------------------------


def of(talk: Talk) -> Ticket | None:
    """Return the talk with an officer that what was heard may belong to, lapsed perhaps."""
    if talk.heard.kind == Kind.FOLLOW:
        return None
    if talk.late:
        return tickets.at(talk.db, talk.person.id, talk.heard.at)
    return tickets.open_of(talk.db, talk.person.id) if talk.in_ticket else None


def lapse(talk: Talk, ticket: Ticket) -> bool:
    """Close a talk that had no words for an hour; what was heard now is not part of it."""
    if ticket.takes(talk.heard.at):
        return False
    tickets.close(talk.db, talk.channel, ticket, ticket.last_at + LAPSE, by=None, why="lapsed")
    return True


def over(turned: Turn | None) -> Turn:
    """Say, before what is said, that the talk with the officer is over."""
    said = turned.said if turned else ()
    if said and isinstance(said[0], Say):
        return turn(replace(said[0], text=f"{say('tickets.over')}\n\n{said[0].text}"), *said[1:])
    return turn(Say(say("tickets.over")), *said)


def hear_words(talk: Talk, ticket: Ticket) -> Turn | None:
    """Hear what is said in a talk: words are passed on in silence. None where it is none of the talk's."""
    heard = talk.heard
    if heard.kind == Kind.EDITED:
        return None
    if is_end(talk) and not talk.late:
        tickets.close(talk.db, talk.channel, ticket, heard.at, by=talk.person.id, why="ended")
        return _back(talk, say("tickets.ended"))
    if heard.kind == Kind.POSTBACK:
        return _how(talk, "tickets.button")
    if heard.kind != Kind.TEXT:
        return _how(talk, "tickets.only_words")
    meant = understand(heard.text, asking=True)
    if meant.intent == Intent.HUMAN or is_end(talk):
        return _how(talk, "tickets.still")
    return _pass_on(talk, ticket)


def _how(talk: Talk, key: str) -> Turn:
    return turn(Say(say(key), (_end(),)))


def _pass_on(talk: Talk, ticket: Ticket) -> Turn:
    said = clean(talk.heard.text).strip()
    if private_number(said):
        talk.understood = Understood(Intent.SENSITIVE)  # nor is it kept with the event
        return _how(talk, "tickets.id_number")
    first = tickets.count(talk.db, ticket.id, of_staff=False) == 0
    by, at = talk.person.id, talk.heard.at
    if tickets.add(talk.db, talk.channel, ticket, by, said, talk.heard.message_id, at) is None:
        return turn(Say(say("tickets.too_late")))
    _tell_officers(talk, ticket, first)
    if first:
        return _how(talk, "tickets.passed_on")
    return _how(talk, "tickets.passed") if tickets.something_waits(talk.db, talk.channel, by) else SILENT


def _tell_officers(talk: Talk, ticket: Ticket, first: bool) -> None:
    """Tell the coordinators that there are words, never which: the first are urgent, later ones once an hour."""
    answers = tickets.count(talk.db, ticket.id, of_staff=True)
    block = "first" if first else f"{answers}.{int((talk.heard.at - ticket.opened_at) / LAPSE)}"
    school = next((one.school_name for one in talk.standings if one.school is not None), talk.stand.place_name)
    words = Say(say("tickets.told_first" if first else "tickets.told_more", school=school), (_listed(),))
    told = set(tickets.officers(talk.db, talk.channel, ticket.agency, talk.now)) - {talk.person.id}
    once, patience = f"talk:{ticket.id}:{block}", SOON if first else PATIENCE
    for person in sorted({ticket.owner} & told if ticket.owner in told else told):
        tell(talk.db, talk.channel, person, words, once=once, now=talk.now, patience=patience)


# The coordinators' side -------------------------------------------------------------------------------------------


def show_tickets(talk: Talk) -> Turn:
    """List the talks that go on or wait for an answer, the oldest first, with their last words."""
    return turn(_list(talk))


def _offices(talk: Talk) -> frozenset[int] | None:
    return agencies.reach(talk.db, talk.channel, talk.stand.agency_id)


def _listed() -> Choice:
    return Choice(say("label.tickets"), Act("tickets"))


def _list(talk: Talk, lead: str = "") -> Say:
    found = tickets.waiting(talk.db, talk.channel, _offices(talk), talk.now)
    shown = found[:SHOWN]
    talk.stand_at(talk.stand.flow, TICKETS if shown else HOME, tickets=[one.ticket.id for one in shown])
    if not shown:
        return Say("\n\n".join(filter(None, (lead, say("tickets.none")))), (desk(),))
    audit.note(talk.db, talk.channel, "tickets.viewed", talk.now, person=talk.person.id, tickets=len(shown))
    rows = [_row(talk, place, one) for place, one in enumerate(shown, 1)]
    head = say("tickets.head", of=len(found), shown=len(shown))
    doing = [(n, one, do) for n, one in enumerate(shown, 1) for do in ("answer_ticket", "close_ticket")]
    buttons = [Choice(say(f"label.{do}", n=n), Act(do, value=str(one.ticket.id))) for n, one, do in doing]
    return Say("\n\n".join(filter(None, (lead, head, *rows, say("tickets.how")))), (*buttons, desk()))


def _row(talk: Talk, place: int, one: Shown) -> str:
    words = [_line(each, talk.now) for each in tickets.last_words(talk.db, one.ticket.id, LAST)]
    state = say("tickets.live" if one.ticket.takes(talk.heard.at) else "tickets.ended_waits")
    return say("tickets.row", n=place, state=state, words="\n".join(words) or say("tickets.no_words"), **_named(one))


def _line(one: Words, now: datetime) -> str:
    when = clock(one.at) if today(one.at) == today(now) else f"{day(today(one.at))} {clock(one.at)}"
    said = clip(one.text, QUOTED) if one.text else say("tickets.unsent")
    return say("tickets.of_staff" if one.of_staff else "tickets.of_person", when=when, words=said)


def _named(one: Shown) -> dict[str, str]:
    place = say("tickets.place", school=one.school_name, district=one.district) if one.school_name else ""
    return {"name": one.name or say("tickets.nameless"), "place": place}


_BOARD = Board(
    "ticket",
    "tickets.which",
    "tickets.foreign",
    lambda talk, number: tickets.find(talk.db, talk.channel, _offices(talk), number),
    _list,
)
_meant, _found = _BOARD.meant, _BOARD.found


def answer_ticket(talk: Talk) -> Turn:
    """Answer in a talk with the words typed behind the order; without any, ask for them."""
    one = _meant(talk)
    if isinstance(one, Turn):
        return one
    if talk.order is not None and letters(talk.order.rest) > 0:
        return _answer(talk, one, talk.order.rest)
    return _ask_answer(talk, one, say("tickets.ask_answer", **_named(one)))


def _ask_answer(talk: Talk, one: Shown, words: str) -> Turn:
    talk.stand_at(talk.stand.flow, ANSWER_TICKET, ticket=one.ticket.id)
    return turn(Say(words, (Choice(say("label.cancel"), Act("cancel")),)))


def take_words(talk: Talk) -> Turn:
    """Take the words for the answer that was asked for."""
    number = talk.place.memo.get("ticket")
    one = _found(talk, number) if number is not None else turn(_list(talk))
    if isinstance(one, Turn):
        return one
    if talk.heard.kind != Kind.TEXT or letters(talk.heard.text) < 1:
        return _ask_answer(talk, one, say("tickets.answer_again"))
    return _answer(talk, one, talk.heard.text)


def _answer(talk: Talk, one: Shown, said: str) -> Turn:
    words = clean(said).strip()
    if private_number(words):
        talk.understood = Understood(Intent.SENSITIVE)
        return _ask_answer(talk, one, say("tickets.answer_private"))
    if len(words) > LONGEST:
        return _ask_answer(talk, one, say("tickets.answer_long", most=LONGEST))
    by, mark = talk.person.id, talk.heard.message_id
    number, live = tickets.answer(talk.db, talk.channel, one.ticket, by, words, mark, talk.heard.at)
    how = say("tickets.answer_live" if live else "tickets.answer_over")
    told = Say(f"{say('tickets.told_answer', answer=words)}\n\n{how}", (_end(),) if live else ())
    once = tickets.answer_key(number)
    tell(talk.db, talk.channel, one.ticket.person, told, once=once, now=talk.now, patience=SOON)
    return turn(_list(talk, say("tickets.answered", **_named(one))))


def close_ticket(talk: Talk) -> Turn:
    """Close a talk: the director is told, where the director was still in it."""
    one = _meant(talk)
    if isinstance(one, Turn):
        return one
    if tickets.put_away(talk.db, talk.channel, one.ticket, talk.person.id, talk.heard.at):
        told, once = Say(say("tickets.told_closed")), f"talk:{one.ticket.id}:closed"
        tell(talk.db, talk.channel, one.ticket.person, told, once=once, now=talk.now, worth_a_push=False)
    return turn(_list(talk, say("tickets.closed", **_named(one))))
