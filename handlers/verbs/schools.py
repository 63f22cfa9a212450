"""One person, several schools and hats (director, verifier, coordinator): choosing which one is spoken for."""

from dataclasses import replace

from handlers.heard import MEDIA, Kind
from handlers.keeping import KINDS
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number
from handlers.standing import Standing
from handlers.talk import SWITCHING, Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.filing import WORTH_FILING
from handlers.verbs.moving import resume, show_overview, show_sent
from handlers.words import Intent, digits, fold, letters, understand


def choose(talk: Talk) -> Turn | None:
    """Ask which school or hat is meant, or take the choice; None where there is nothing to choose."""
    act = Act.read(talk.heard.data) if talk.heard.kind == Kind.POSTBACK else None
    if act is not None and act.do in ("school", "hat"):
        return _take(talk, act.value if act.do == "hat" else f"report.{act.value}") or _ask(talk)
    if len(talk.standings) < 2 or (talk.place.flow != SWITCHING and len(talk.worn) == 1):
        return None
    return _take(talk, _typed(talk)) or _ask(talk, lost=talk.heard.kind in KINDS)


def switch(talk: Talk) -> Turn:
    """Ask which school or hat is meant, of somebody who has several."""
    if len(talk.standings) > 1:
        return _ask(talk)
    if not talk.stand.may_write:
        return turn(Say(say("switch.only", name=name_of(talk.stand))))
    return show_overview(talk) if talk.stand.round is not None else show_sent(talk)


def name_of(one: Standing) -> str:
    """Return a school with its district, or a hat with its agency, as the list of choices has it."""
    if one.may_write:
        return say("joining.place", school=one.school_name, district=one.district)
    return say("switch.hat", role=say(f"role.{one.role}"), agency=one.agency or say("joining.everywhere"))


def not_this_hat(other: Standing) -> Turn:
    """Say that a button belongs to another hat of the person, which is not worn now."""
    return turn(
        Say(say("switch.other_hat", name=name_of(other)), (Choice(_label(other), Act("hat", value=_key(other))),))
    )


def named(talk: Talk, turned: Turn) -> Turn:
    """Put the hat worn before what is said to a staff member who has several."""
    if not talk.several or talk.stand.may_write or talk.place.flow != talk.stand.flow or not turned.said:
        return turned
    line, first = say("switch.as", name=name_of(talk.stand)), turned.said[0]
    if isinstance(first, Say):
        return replace(turned, said=(replace(first, text=f"{line}\n{first.text}"), *turned.said[1:]))
    return replace(turned, said=(Say(line), *turned.said))


def _key(one: Standing) -> str:
    return f"{one.flow}.{(one.school if one.may_write else one.agency_id) or 0}"


def _typed(talk: Talk) -> str | None:
    """Return the one meant by a typed number of the list, or by a name that only one of them has."""
    if talk.heard.kind != Kind.TEXT:
        return None
    meant = understand(talk.heard.text, asking=False)
    place = meant.topic if meant.intent == Intent.TOPIC else number(digits(talk.heard.text).strip())
    if place is not None:
        return _key(talk.standings[place - 1]) if 0 < place <= len(talk.standings) else None
    words = fold(talk.heard.text)
    named = [one for one in talk.standings if words and _is_named(one, words)]
    return _key(named[0]) if len(named) == 1 else None


def _is_named(one: Standing, words: str) -> bool:
    if one.may_write:
        return fold(one.school_name) in words or fold(one.district) == words
    role, agency = fold(say(f"role.{one.role}")), fold(one.agency)
    return role in words or words in (role, fold(say(f"short.{one.role}"))) or bool(agency and agency == words)


def _take(talk: Talk, chosen: str | None) -> Turn | None:
    found = next((one for one in talk.standings if _key(one) == chosen), None)
    if found is None:
        return None
    talk.wear(found)
    if not found.may_write:
        return turn(Say(say("switch.worn", name=name_of(found), next=say(f"next.{found.role}"))))
    turned = resume(talk)
    return Turn((Say(say("report.for_school", school=found.school_name)), *turned.said), turned.kind, turned.wait)


def _ask(talk: Talk, *, lost: bool = False) -> Turn:
    """Ask which one is meant; words that came instead are not kept, and that is said."""
    lost = lost and (talk.heard.kind in MEDIA or letters(talk.heard.text) >= WORTH_FILING)
    names = [f"{place}. {name_of(one)}" for place, one in enumerate(talk.standings, 1)]
    choices = tuple(Choice(_label(one), Act("hat", value=_key(one)), word=name_of(one)) for one in talk.standings[:13])
    asked = say("report.which_school" if all(one.may_write for one in talk.standings) else "switch.which")
    talk.choose_hat()
    first = [say("report.not_kept_yet")] if lost else []
    return turn(Say("\n".join([*first, asked, *names]), choices))


def _label(one: Standing) -> str:
    return one.school_name if one.may_write else f"{say(f'short.{one.role}')} {one.agency}".strip()
