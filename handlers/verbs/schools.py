"""One person, several schools: choosing which one is spoken for."""

from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Say
from handlers.standing import Standing
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.moving import resume, show_overview
from handlers.words import digits


def choose(talk: Talk) -> Turn | None:
    """Ask which school is meant, or take the choice; None where there is nothing to choose."""
    schools = [one for one in talk.standings if one.may_write]
    act = Act.read(talk.heard.data) if talk.heard.kind == Kind.POSTBACK else None
    if act is not None and act.do == "school":
        return _take(talk, schools, act.value) or _ask(talk, schools)
    if len(schools) < 2 or talk.place.school is not None:
        return None
    return _take(talk, schools, _typed(talk, schools)) or _ask(talk, schools)


def switch(talk: Talk) -> Turn:
    """Ask which school is meant, of somebody who has several."""
    schools = [one for one in talk.standings if one.may_write]
    return _ask(talk, schools) if len(schools) > 1 else show_overview(talk)


def _typed(talk: Talk, schools: list[Standing]) -> str | None:
    """Return the school meant by a typed number of the list."""
    words = digits(talk.heard.text).strip()
    if talk.heard.kind == Kind.TEXT and words.isdigit() and 0 < int(words) <= len(schools):
        return str(schools[int(words) - 1].school)
    return None


def _take(talk: Talk, schools: list[Standing], chosen: str | None) -> Turn | None:
    found = next((one for one in schools if str(one.school) == chosen), None)
    if found is None:
        return None
    talk.place.school = found.school
    talk.forget_report()
    talk.go_home()
    turned = resume(talk)
    return Turn((Say(say("report.for_school", school=found.school_name)), *turned.said), turned.kind, turned.wait)


def _ask(talk: Talk, schools: list[Standing]) -> Turn:
    names = [f"{number}. {_name(one)}" for number, one in enumerate(schools, 1)]
    choices = tuple(Choice(one.school_name, Act("school", value=str(one.school))) for one in schools[:13])
    talk.choose_school()
    return turn(Say("\n".join([say("report.which_school"), *names]), choices))


def _name(one: Standing) -> str:
    return say("joining.place", school=one.school_name, district=one.district)
