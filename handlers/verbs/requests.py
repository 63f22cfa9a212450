"""Verbs of a coordinator about requests to join: the list, granting, refusing, what becomes of a director there is."""

from collections.abc import Collection
from datetime import date, datetime, time

from handlers import agencies, joining_requests, memberships, when
from handlers.audit import note
from handlers.flows.coordinating import REPLACE, REQUESTS, WHY
from handlers.heard import Kind
from handlers.invites import looks_like_code
from handlers.joining_requests import JoinRequest, Outcome
from handlers.messages.values import Act, Choice, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import BANGKOK, day, moment, today
from handlers.verbs.listing import desk, listed
from handlers.words import clean, letters, number_alone, private_number
from models.people import SUBMITTERS, Request

SHOWN = 6
"""Requests listed at once: each has two buttons, of which LINE takes thirteen."""
LONGEST_REASON = 300
"""Characters of a reason."""
_FLOW = "coordinating"


def _scope(talk: Talk) -> Collection[int] | None:
    return agencies.reach(talk.db, talk.channel, talk.stand.agency_id)


def show_requests(talk: Talk) -> Turn:
    """List the requests that wait in the coordinator's scope, oldest first. Names are shown: that is audited."""
    found = _list(talk)
    if shown := talk.place.memo["listed"]:
        note(talk.db, talk.channel, "request.viewed", talk.now, person=talk.person.id, requests=len(shown))
    return turn(found)


def _list(talk: Talk, lead: str = "") -> Say:
    found = joining_requests.waiting(talk.db, talk.channel, _scope(talk), talk.now)
    shown = found[:SHOWN]
    talk.stand_at(_FLOW, REQUESTS, listed=[one.id for one in shown])
    if not found:
        return Say("\n\n".join(filter(None, (lead, say("requests.none")))), (desk(),))
    rows = [_row(talk, place, one) for place, one in enumerate(shown, 1)]
    head = say("requests.head", shown=len(shown), of=len(found))
    words = "\n\n".join(filter(None, (lead, head, *rows, say("requests.how"))))
    buttons = [button for place, one in enumerate(shown, 1) for button in _buttons(place, one)]
    return Say(words, (*buttons, desk()))


def _row(talk: Talk, place: int, one: JoinRequest) -> str:
    row = say(
        "requests.row",
        n=place,
        name=_called(one),
        role=say(f"role.{one.role}"),
        school=one.school_name,
        district=one.district,
        agency=one.agency,
        asked=moment(one.asked_at),
    )
    heads = _heads(talk, one)
    of_roster = [say("requests.listed", name=one.listed)] if one.listed else []
    return "\n".join([row, *of_roster, *([say("requests.has_head", names=_names(heads))] if heads else [])])


def _called(one: JoinRequest) -> str:
    return one.name or say("requests.nameless")


def _buttons(place: int, one: JoinRequest) -> tuple[Choice, Choice]:
    grant = Choice(say("requests.approve", n=place), Act("grant_request", value=str(one.id)))
    return grant, Choice(say("requests.decline", n=place), Act("refuse_request", value=str(one.id)))


def _heads(talk: Talk, one: JoinRequest) -> list[memberships.Membership]:
    """Return who may send the school's report already, where the request is for that, too."""
    if one.role not in SUBMITTERS:
        return []
    heads = memberships.heads(talk.db, talk.channel, one.school, talk.now)
    return [head for head in heads if head.person != one.person]


def _names(heads: list[memberships.Membership]) -> str:
    return ", ".join(head.name or say(f"role.{head.role}") for head in heads)


# Which one --------------------------------------------------------------------------------------------------------


def _ordered(talk: Talk) -> int | None:
    """Return the request that is meant: by its button, by its number in the list shown, or the only one listed."""
    return listed(talk, "listed") if talk.order else None


def _open(talk: Talk, request: int | None) -> JoinRequest | Turn:
    """Return the request, or what to say where this coordinator cannot decide it."""
    if request is None:
        return turn(_list(talk, say("requests.which") if talk.place.memo.get("listed") else ""))
    may, one = joining_requests.may_decide(talk.db, talk.channel, request, talk.person.id, _scope(talk), talk.now)
    if may != Outcome.DONE or one is None:
        return turn(_list(talk, _told(may, one)))
    return one


def _told(outcome: Outcome, one: JoinRequest | None) -> str:
    if one is None or outcome == Outcome.FOREIGN:
        return say("requests.foreign")
    if outcome != Outcome.ALREADY:
        return say("requests.own" if outcome == Outcome.OWN else "requests.closed", school=one.school_name)
    if one.state == Request.WITHDRAWN:
        return say("requests.withdrawn", school=one.school_name)
    key = "requests.already_granted" if one.state == Request.GRANTED else "requests.already_refused"
    return say(key, school=one.school_name, name=_called(one), by=one.decided_by or say("requests.somebody"))


# Granting ---------------------------------------------------------------------------------------------------------


def grant_request(talk: Talk) -> Turn:
    """Let somebody in; where the school has a director already, ask first what becomes of that one."""
    one = _open(talk, _ordered(talk))
    if isinstance(one, Turn):
        return one
    heads = _heads(talk, one)
    if heads and not one.closed:
        talk.stand_at(_FLOW, REPLACE, request=one.id)
        return turn(_ask_replace(one, heads))
    return _grant(talk, one)


def _ask_replace(one: JoinRequest, heads: list[memberships.Membership]) -> Say:
    words = say(
        "requests.replace",
        school=one.school_name,
        name=_called(one),
        heads=_names(heads),
        since=moment(heads[0].since),
    )
    now = Choice(say("requests.now"), Act("replace_now", value=str(one.id)), word="1")
    both = Choice(say("requests.both"), Act("keep_both", value=str(one.id)), word="3")
    return Say(words, (now, both, Choice(say("label.cancel"), Act("cancel"))))


def replace_director(talk: Talk) -> Turn:
    """Take the answer: at once (1), from a day that is typed (2), or both serve (3)."""
    tapped = talk.order if talk.heard.kind == Kind.POSTBACK else None
    request = tapped.number if tapped and tapped.number else talk.place.memo.get("request")
    one = _open(talk, request)
    if isinstance(one, Turn):
        return one
    name = tapped.name if tapped else {1: "replace_now", 3: "keep_both"}.get(number_alone(talk.heard.text) or 0)
    if name == "keep_both":
        return _grant(talk, one)
    if name == "replace_now":
        return _grant(talk, one, replaces_at=talk.now)
    return _from_a_day(talk, one)


def _from_a_day(talk: Talk, one: JoinRequest) -> Turn:
    """Take a day that was typed: it is said back first, and holds once that is answered with yes."""
    said = talk.place.memo.get("day") if talk.place.memo.get("request") == one.id else None
    if said and talk.order and talk.order.name == "yes":
        return _grant(talk, one, replaces_at=datetime.combine(date.fromisoformat(said), time(0), BANGKOK))
    read = when.read(talk.heard.text, talk.now)
    if read.understood and read.day is not None and read.day > today(talk.now):
        talk.stand_at(_FLOW, REPLACE, request=one.id, day=read.day.isoformat())
        yes_or_no = (Choice(say("label.yes"), Act("yes")), Choice(say("label.no"), Act("no")))
        return turn(Say(say("requests.day_sure", since=day(read.day), name=_called(one)), yes_or_no))
    talk.stand_at(_FLOW, REPLACE, request=one.id)
    key = "requests.day" if said or number_alone(talk.heard.text) == 2 else "requests.day_again"
    return turn(Say(say(key)), _ask_replace(one, _heads(talk, one)))


def _grant(talk: Talk, one: JoinRequest, replaces_at: datetime | None = None) -> Turn:
    outcome = joining_requests.grant(talk.db, talk.channel, one, talk.person.id, talk.now, replaces_at=replaces_at)
    if outcome != Outcome.DONE:
        seen = joining_requests.read(talk.db, talk.channel, one.id, talk.now)
        return turn(_list(talk, _told(outcome, seen)))
    key = "requests.granted" if replaces_at is None or replaces_at <= talk.now else "requests.granted_from"
    since = day(today(replaces_at)) if replaces_at else ""
    words = say(key, name=_called(one), role=say(f"role.{one.role}"), school=one.school_name, since=since)
    return turn(_list(talk, words))


# Refusing ---------------------------------------------------------------------------------------------------------


def refuse_request(talk: Talk) -> Turn:
    """Refuse a request with the reason typed behind the order; without one, ask for it."""
    one = _open(talk, _ordered(talk))
    if isinstance(one, Turn):
        return one
    if talk.order is not None and letters(talk.order.rest) > 0:
        return _refuse(talk, one, talk.order.rest)
    return _ask_why(talk, one, say("requests.why", name=_called(one), school=one.school_name))


def _ask_why(talk: Talk, one: JoinRequest, words: str) -> Turn:
    talk.stand_at(_FLOW, WHY, request=one.id)
    return turn(Say(words, (Choice(say("label.cancel"), Act("cancel")),)))


def give_reason(talk: Talk) -> Turn:
    """Take the words for the reason of a refusal."""
    one = _open(talk, talk.place.memo.get("request"))
    if isinstance(one, Turn):
        return one
    if talk.heard.kind != Kind.TEXT or letters(talk.heard.text) < 2 or looks_like_code(talk.heard.text):
        return _ask_why(talk, one, say("requests.why_again"))
    return _refuse(talk, one, talk.heard.text)


def _refuse(talk: Talk, one: JoinRequest, words: str) -> Turn:
    why = " ".join(clean(words).split())
    if private_number(why):
        return _ask_why(talk, one, say("requests.why_private"))
    if len(why) > LONGEST_REASON:
        return _ask_why(talk, one, say("requests.why_long", most=LONGEST_REASON))
    mark = talk.heard.message_id
    outcome = joining_requests.refuse(talk.db, talk.channel, one, talk.person.id, why, talk.now, mark)
    if outcome != Outcome.DONE:
        return turn(_list(talk, _told(outcome, joining_requests.read(talk.db, talk.channel, one.id, talk.now))))
    return turn(_list(talk, say("requests.refused", name=_called(one), school=one.school_name, why=why)))
