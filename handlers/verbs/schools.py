"""One person, several schools: choosing which one is spoken for."""

from handlers.heard import MEDIA, Kind
from handlers.keeping import KINDS
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number
from handlers.standing import Standing
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.filing import WORTH_FILING
from handlers.verbs.moving import resume, show_overview, show_sent
from handlers.words import Intent, digits, fold, letters, understand


def choose(talk: Talk) -> Turn | None:
    """Ask which school is meant, or take the choice; None where there is nothing to choose."""
    schools = [one for one in talk.standings if one.may_write]
    act = Act.read(talk.heard.data) if talk.heard.kind == Kind.POSTBACK else None
    if act is not None and act.do == "school":
        return _take(talk, schools, act.value) or _ask(talk, schools)
    if len(schools) < 2 or talk.place.school is not None:
        return None
    return _take(talk, schools, _typed(talk, schools)) or _ask(talk, schools, lost=talk.heard.kind in KINDS)


def switch(talk: Talk) -> Turn:
    """Ask which school is meant, of somebody who has several."""
    schools = [one for one in talk.standings if one.may_write]
    if len(schools) > 1:
        return _ask(talk, schools)
    return show_overview(talk) if talk.stand.round is not None else show_sent(talk)


def _typed(talk: Talk, schools: list[Standing]) -> str | None:
    """Return the school meant by a typed number of the list, or by a name that only one of them has."""
    if talk.heard.kind != Kind.TEXT:
        return None
    meant = understand(talk.heard.text, asking=False)
    place = meant.topic if meant.intent == Intent.TOPIC else number(digits(talk.heard.text).strip())
    if place is not None:
        return str(schools[place - 1].school) if 0 < place <= len(schools) else None
    words = fold(talk.heard.text)
    named = [one for one in schools if words and (fold(one.school_name) in words or fold(one.district) == words)]
    return str(named[0].school) if len(named) == 1 else None


def _take(talk: Talk, schools: list[Standing], chosen: str | None) -> Turn | None:
    found = next((one for one in schools if str(one.school) == chosen), None)
    if found is None:
        return None
    talk.place.school = found.school
    talk.forget_report()
    talk.go_home()
    turned = resume(talk)
    return Turn((Say(say("report.for_school", school=found.school_name)), *turned.said), turned.kind, turned.wait)


def _ask(talk: Talk, schools: list[Standing], *, lost: bool = False) -> Turn:
    """Ask which school is meant; words that came instead are not kept, and that is said."""
    lost = lost and (talk.heard.kind in MEDIA or letters(talk.heard.text) >= WORTH_FILING)
    names = [f"{number}. {_name(one)}" for number, one in enumerate(schools, 1)]
    choices = tuple(Choice(one.school_name, Act("school", value=str(one.school))) for one in schools[:13])
    talk.choose_school()
    first = [say("report.not_kept_yet")] if lost else []
    return turn(Say("\n".join([*first, say("report.which_school"), *names]), choices))


def _name(one: Standing) -> str:
    return say("joining.place", school=one.school_name, district=one.district)
