"""Verbs of asking to join without a code: the school, the role, one's name, the request."""

import re

from handlers import finding, joining_requests, memberships, persons
from handlers.finding import School
from handlers.flows.joining import ASK, CODE, NAME, PICK, ROLE
from handlers.joining_requests import Asked
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.chatting import here
from handlers.words import Intent, clean, digits, fold
from models.people import Role

ADD_SCHOOL = "add_school"
"""The order of whoever serves at one more school."""
_ROLES = joining_requests.MAY_ASK_FOR
_ROLE_WORDS = {
    Role.DELEGATE: re.compile("ผู้ช่วย|กรอกแทน|ทำแทน|พิมพ์แทน|มอบหมาย|มอบให้|ครู(?!ใหญ่)|ธุรการ|เลขา"),
    Role.ACTING: re.compile("รักษาการ|รักษาราชการ|รกน"),
    Role.DIRECTOR: re.compile("(?<!รอง)(?:ผอ|ผู้อำนวยการ)|ครูใหญ่"),
}


def role_in(words: str) -> Role | None:
    """Return the role that somebody claims in words. "ท่าน ผอ. มอบหมายให้กรอกแทน" is a delegate's claim."""
    said = fold(words)
    return next((role for role, pattern in _ROLE_WORDS.items() if pattern.search(said)), None)


def look_for_school(talk: Talk) -> Turn:
    """Propose the schools that the words may name."""
    found = talk.found
    if found is None or not found.schools:
        talk.join(CODE, **_kept(talk))
        return turn(Say(say("asking.none_found")))
    role = role_in(_without_names(talk.heard.text, found.schools))
    memo = _kept(talk) | ({"role": role} if role in _ROLES else {})
    if len(found.schools) == 1 and found.sure:
        return _taken(talk, found.schools[0], memo)
    talk.join(PICK, schools=[one.id for one in found.schools], **memo)
    return turn(_list(found.schools, more=found.more, sure=found.sure))


def _without_names(words: str, schools: tuple[School, ...]) -> str:
    """Leave out what may be a part of a school's name: "บ้านครูสมมติ" makes nobody a teacher."""
    for one in schools:
        words = clean(words).replace(one.name, " ")
    return words


def _kept(talk: Talk) -> dict[str, str]:
    """Return what was said before and still counts: the role, of somebody who named it first."""
    role = talk.place.memo.get("role")
    return {"role": role} if talk.place.flow == "joining" and role else {}


def _list(schools: tuple[School, ...] | list[School], *, more: bool = False, sure: bool = False) -> Say:
    names = [f"{place}. {_place(one)}" for place, one in enumerate(schools, 1)]
    choices = tuple(
        Choice(say("asking.button", n=place, district=one.district), Act("found", value=str(one.id)), word=str(place))
        for place, one in enumerate(schools, 1)
    )
    last = [say("asking.more")] if more else []
    asked = say("asking.several" if sure else "asking.which" if len(schools) > 1 else "asking.which_one")
    return Say("\n".join([asked, *names, *last]), (*choices, Choice(say("label.none_of_these"), Act("no"))))


def _place(one: School) -> str:
    return say("asking.place", school=one.name, district=one.district, agency=one.agency)


def take_school(talk: Talk) -> Turn:
    """Take one of the schools listed, by its number or button."""
    listed: list[int] = talk.place.memo.get("schools", [])
    if talk.act is not None:
        chosen = number(talk.act.value)
    else:
        place = number(digits(clean(talk.heard.text)).strip())
        chosen = listed[place - 1] if place and place <= len(listed) else None
    known = {one.id: one for one in finding.of_channel(talk.db, talk.channel, talk.now)} if chosen in listed else {}
    school = known.get(chosen or 0)
    return _taken(talk, school, _kept(talk)) if school else ask_which_again(talk)


def ask_which_again(talk: Talk) -> Turn:
    """List the same schools once more."""
    listed: list[int] = talk.place.memo.get("schools", [])
    known = {one.id: one for one in finding.of_channel(talk.db, talk.channel, talk.now)}
    schools = [known[one] for one in listed if one in known]
    if not schools:
        talk.join(CODE)
        return turn(Say(say("guest.again")))
    return turn(Say(say("asking.number_please")), _list(schools))


def _taken(talk: Talk, school: School, memo: dict[str, str]) -> Turn:
    """Go on with a school: to the role, or to one's name where the role was said."""
    if school.closed:
        talk.join(CODE)
        return turn(Say(say("asking.closed", school=school.name, agency=school.agency)))
    if any(one.school == school.id for one in talk.standings):
        talk.leave_joining()
        return here(talk, say("joining.already", school=school.name))
    if "role" in memo:
        return _ask_name(talk, school, Role(memo["role"]))
    talk.join(ROLE, school=school.id)
    return turn(_ask_role(school))


def _ask_role(school: School) -> Say:
    roles = [f"{place}. {say(f'role.{role}')}" for place, role in enumerate(_ROLES, 1)]
    choices = tuple(Choice(say(f"short.{role}"), Act("as", value=role)) for role in _ROLES)
    return Say("\n".join([say("asking.role", school=_place(school)), *roles]), choices)


def take_role(talk: Talk) -> Turn:
    """Take the role that was said, tapped, or given by its number."""
    school = _school(talk)
    said = talk.act.value if talk.act is not None else _role_typed(talk.heard.text)
    role = next((one for one in _ROLES if one == said), None)
    if school is None or role is None:
        return ask_role_again(talk)
    return _ask_name(talk, school, role)


def _role_typed(words: str) -> str | None:
    place = number(digits(clean(words)).strip())
    if place is not None:
        return _ROLES[place - 1] if 0 < place <= len(_ROLES) else None
    return role_in(words)


def ask_role_again(talk: Talk) -> Turn:
    """Ask once more in which role."""
    school = _school(talk)
    return turn(_ask_role(school)) if school else _over(talk)


def _ask_name(talk: Talk, school: School, role: Role) -> Turn:
    if talk.person.name:
        talk.join(ASK, school=school.id, role=role)
        return turn(_ask(school, role, talk.person.name))
    talk.join(NAME, school=school.id, role=role)
    return turn(Say(say("asking.name", role=say(f"role.{role}"), school=_place(school))))


def take_name(talk: Talk) -> Turn:
    """Take the name that the coordinator will read; what cannot be a name is asked for again."""
    school, role, name = _school(talk), talk.place.memo.get("role"), persons.as_name(talk.heard.text)
    if school is None or role is None:
        return _over(talk)
    if name is None:
        return ask_name_again(talk)
    persons.note_name(talk.db, talk.person.id, name)
    talk.join(ASK, school=school.id, role=role)
    return turn(_ask(school, Role(role), name))


def ask_name_again(talk: Talk) -> Turn:
    """Ask once more for the name."""
    return turn(Say(say("asking.name_again")))


def _ask(school: School, role: Role, name: str) -> Say:
    words = say("asking.sure", school=_place(school), role=say(f"role.{role}"), name=name)
    yes = Choice(say("label.yes"), Act("yes", value=_bound(school, role)))
    return Say(words, (yes, Choice(say("label.no"), Act("no"))))


def _bound(school: School, role: str) -> str:
    """Return what a yes is bound to: an old button answers nothing else."""
    return f"{school.id}.{role}"


def ask_request_again(talk: Talk) -> Turn:
    """Show once more what would be sent."""
    school, role = _school(talk), talk.place.memo.get("role")
    name = persons.name_of(talk.db, talk.person.id)
    return turn(_ask(school, Role(role), name)) if school and role and name else _over(talk)


def send_request(talk: Talk) -> Turn:
    """Send the request to the coordinators."""
    school, role = _school(talk), talk.place.memo.get("role")
    if school is None or role is None:
        return _over(talk)
    if talk.act is not None and talk.act.value != _bound(school, role):
        return ask_request_again(talk)
    asked = joining_requests.ask(
        talk.db, talk.channel, talk.person.id, school.id, school.agency_id, Role(role), talk.now
    )
    _rest(talk)
    return turn(Say(say(_ASKED[asked], school=_place(school), agency=school.agency)))


_ASKED = {Asked.NEW: "asking.sent", Asked.SAME: "asking.same", Asked.TOO_MANY: "asking.too_many"}


def stop_joining(talk: Talk) -> Turn:
    """Stop asking, and take back what waits; "ไม่ใช่" to the last question lets one begin anew."""
    under_way = talk.place.flow == "joining" and talk.place.step != CODE
    if talk.place.step == ASK and not talk.standings:
        persons.note_name(talk.db, talk.person.id, None)  # it may be the name that was not right
    takes_back = not under_way and (not talk.standings or talk.understood.intent == Intent.WITHDRAW)
    back = joining_requests.take_back(talk.db, talk.channel, talk.person.id, talk.now) if takes_back else 0
    _rest(talk)
    return turn(Say(say("asking.taken_back" if back else "asking.stopped")))


def _rest(talk: Talk) -> None:
    if talk.standings:
        talk.leave_joining()
    else:
        talk.join(CODE)


def _over(talk: Talk) -> Turn:
    """Begin anew: what was chosen is gone (a school closed meanwhile, a place lost)."""
    _rest(talk)
    return turn(Say(say("guest.again")))


def _school(talk: Talk) -> School | None:
    chosen = talk.place.memo.get("school")
    known = finding.of_channel(talk.db, talk.channel, talk.now)
    return next((one for one in known if one.id == chosen and not one.closed), None)


def add_school(talk: Talk) -> Turn:
    """Let somebody who has joined ask for one more school."""
    talk.join(CODE)
    waiting = joining_requests.open_of(talk.db, talk.channel, talk.person.id, talk.now)
    rows = [say("asking.one_waits", school=one.school_name, district=one.district) for one in waiting]
    return turn(Say("\n".join([say("asking.one_more"), *rows])))


def waiting_words(talk: Talk) -> str | None:
    """Return what to say to somebody who waits for a coordinator, whose post is over, or begins later; else None."""
    open_ones = joining_requests.open_of(talk.db, talk.channel, talk.person.id, talk.now)
    if open_ones:
        one = open_ones[-1]
        return say("asking.waiting", school=one.school_name, district=one.district, agency=one.agency)
    return _of_membership(talk)


def _of_membership(talk: Talk) -> str | None:
    for one in memberships.of_person(talk.db, talk.channel, talk.person.id, talk.now):
        if one.since > talk.now:
            return say("post.begins", school=one.place, when=memberships.begins(one.since))
        return say("post.school_closed", school=one.place)  # else it would be spoken for now
    ended = memberships.last_ended(talk.db, talk.channel, talk.person.id, talk.now)
    return say("post.over", school=ended.place, when=memberships.ends(ended.until)) if ended and ended.until else None
