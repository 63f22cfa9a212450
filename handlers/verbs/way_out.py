"""On the way out of a meeting: what is open for the school of who has checked in, in the same free reply."""

from collections.abc import Collection

from handlers.messages.values import Act, Choice, Say
from handlers.standing import Standing
from handlers.talk import Talk
from handlers.texts import say
from handlers.thai import day
from models.report import State


def way_out(talk: Talk, schools: Collection[int | None] | None = None) -> tuple[Say, ...]:
    """Return what can be done for one's school next: the six topics, an answer to a return; nothing where all is done.

    schools: those that were checked in; None: any of one's own. Of several the one spoken for now.
    """
    mine = [one for one in talk.standings if one.may_write and (schools is None or one.school in schools)]
    mine.sort(key=lambda one: one.school != (talk.standing.school if talk.standing else None))
    offers = (_offer(talk, one) for one in mine)
    return next(((offer,) for offer in offers if offer is not None), ())


def _offer(talk: Talk, one: Standing) -> Say | None:
    if one.round is None or one.state not in _OPEN:
        return None
    words = _words(one)
    label = "checkin.offer.label_returned" if one.state == State.RETURNED else f"label.{_begun(one)}"
    return Say(words, (Choice(say(label), _act(talk, one)),))


_OPEN = (None, State.DRAFT, State.RETURNED)


def _begun(one: Standing) -> str:
    return "resume" if one.report is not None else "start"


def _words(one: Standing) -> str:
    if one.state == State.RETURNED:
        return say("checkin.offer.returned", school=one.school_name)
    key = "resume" if one.report is not None else "begin"
    return say(f"checkin.offer.{key}", school=one.school_name, due=day(one.due_on) if one.due_on else "")


def _act(talk: Talk, one: Standing) -> Act:
    """Return what opens the report; of a school that is not spoken for now, only after it is put on."""
    worn = talk.standing is not None and talk.standing.may_write and talk.standing.school == one.school
    return Act("report") if worn else Act("hat", value=f"{one.flow}.{one.school}")
