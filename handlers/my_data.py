"""What is kept of a person, in words: the overview, and the copy in pages that LINE takes."""

from datetime import datetime

from handlers import channels, erasures, own_meetings, own_words, privacy
from handlers.messages.build import chunks
from handlers.messages.values import Act, Choice, Message, Say
from handlers.privacy import Kept, Served
from handlers.talk import Talk
from handlers.texts import say
from handlers.thai import day, moment, today
from models.people import Request
from models.report import PartKind

ASKED_FOR = ("data_copy", "data_name", "data_unlink", "data_erase", "data_officer")
"""What can be asked for, each a button and typed words (orders.yaml)."""
_BUBBLE, _A_PAGE = 4000, 4
"""UTF-16 units of a bubble of the copy, and bubbles of a page: the fifth tells how to go on."""


def shown(talk: Talk) -> Say:
    """Return what is kept of the person, in few words, and what can be asked for."""
    kept = privacy.kept_of(talk.db, talk.channel, talk.person.id)
    words = "\n".join([say("my_data.title"), *_lines(kept, talk.now), *_erasures(talk)])
    told = [say("my_data.who")] if talk.standings else []
    told.append(say("my_data.responsible", who=responsible(talk)))
    choices = tuple(Choice(say(f"label.{name}"), Act(name)) for name in ASKED_FOR)
    return Say("\n\n".join([words, *told, say("my_data.typed"), way_back(talk)]), (*choices, *back(talk)))


def responsible(talk: Talk) -> str:
    """Return who answers for personal data, with a telephone number where there is one: the agency, unless said."""
    known = channels.responsible(talk.db, talk.channel)
    agency = talk.stand.agency if talk.standing is not None else ""
    office = known.office or agency or say("my_data.officer.unnamed")
    return say("my_data.officer.by_phone", office=office, phone=known.phone) if known.phone else office


def way_back(talk: Talk) -> str:
    """Return how the person goes on with what was under way."""
    if talk.standing is None:
        return say("my_data.back_guest")
    return say("my_data.back_report" if talk.stand.may_write else "my_data.back_staff")


def back(talk: Talk) -> tuple[Choice, ...]:
    """Return the button to what was under way."""
    if talk.standing is None:
        return ()
    resume, desk = Choice(say("label.resume"), Act("report")), Choice(say("label.data_desk"), Act("desk"))
    return (resume if talk.stand.may_write else desk,)


def _erasures(talk: Talk) -> list[str]:
    """Return what became of the person's requests for erasure; one carried out leaves nobody to show it to."""
    lines = []
    for one in erasures.of_person(talk.db, talk.channel, talk.person.id):
        asked, due = day(today(one.asked_at)), day(today(one.due_at))
        if one.state == Request.ASKED:
            lines.append(say("my_data.erasure_waits", asked=asked, due=due))
        elif one.state == Request.REFUSED:
            why = one.why or say("review.unsent")
            lines.append(say("my_data.erasure_refused", asked=asked, why=why))
    return lines


def _lines(kept: Kept, now: datetime, *, all_roles: bool = False) -> list[str]:
    roles = [one for one in kept.roles if all_roles or one.until is None or one.until > now]
    noticed = kept.notice is not None and kept.noticed_at is not None
    when = moment(kept.noticed_at) if kept.noticed_at else ""
    return [
        say("my_data.linked", since=moment(kept.since)),
        say("my_data.name", name=kept.name) if kept.name else say("my_data.no_name"),
        *([_role(one) for one in roles] or [say("my_data.no_role")]),
        say("my_data.notice", version=kept.notice, when=when) if noticed else say("my_data.no_notice"),
        say("my_data.bubbles", n=kept.bubbles),
    ]


def _role(one: Served) -> str:
    slots = {"role": say(f"role.{one.role}"), "place": one.place or say("joining.everywhere")}
    since = moment(one.since)
    if one.until is None:
        return say("my_data.role", since=since, **slots)
    return say("my_data.role_over", since=since, until=moment(one.until), **slots)


def copied(talk: Talk, page: int) -> list[Message]:
    """Return one page of the copy of all that is kept of the person; the first or last where there is no such page."""
    bubbles = chunks(_everything(talk), _BUBBLE)
    of = -(-len(bubbles) // _A_PAGE)
    page = min(max(1, page), of)
    said: list[Message] = [Say(one) for one in bubbles[(page - 1) * _A_PAGE : page * _A_PAGE]]
    title = say("my_data.copy.title", page=page, of=of)
    if page == of:
        return [*said, Say("\n".join([title, say("my_data.copy.end"), way_back(talk)]), back(talk))]
    following = Choice(say("label.data_copy_next"), Act("data_copy", value=str(page + 1)))
    return [*said, Say(f"{title}\n{say('my_data.copy.next', page=page + 1)}", (following, *back(talk)))]


_ELSEWHERE = {
    "ticket": "my_data.copy.ticket",
    "wish": "my_data.copy.wish",
    "explanation": "my_data.copy.explanation",
    "reason": "my_data.copy.reason",
    "answer": "my_data.copy.answer",
}


def _elsewhere(talk: Talk) -> list[str]:
    """Return the person's words that stand in no answer of a report, each with where and when it was said."""
    key = (talk.db, talk.channel, talk.person.id)
    said = [f"{say(_ELSEWHERE[one.kind], when=moment(one.at))}\n{one.text}" for one in own_words.of(*key)]
    return said + [f"{say('my_data.copy.waiting')}\n{text}" for text in own_words.waiting(*key)]


def _listed(talk: Talk) -> list[str]:
    return [
        say("my_data.listed", school=one.school, name=one.name or "–", phone=one.phone or "–")
        for one in own_words.listed(talk.db, talk.channel, talk.person.id, talk.now)
    ]


def _everything(talk: Talk) -> str:
    key = (talk.db, talk.channel, talk.person.id)
    requests = [
        say("my_data.request", school=one.school, role=say(f"role.{one.role}"), when=moment(one.asked_at))
        for one in privacy.requests_of(*key)
    ]
    words = []
    for one in privacy.words_of(*key):
        about = say("my_data.copy.part", when=moment(one.said_at), title=one.title, question=one.question)
        text = one.text or say(f"count.{'texts' if one.kind == PartKind.TEXT else one.kind}", n=1)
        words.append(f"{about}\n{text}")
    lines = [*_lines(privacy.kept_of(*key), talk.now, all_roles=True), *_listed(talk)]
    words += [*_elsewhere(talk), *own_meetings.copied(*key)]
    return "\n\n".join(["\n".join([say("my_data.title"), *lines, *requests, *_erasures(talk)]), *words])
