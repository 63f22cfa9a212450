"""Verbs of a coordinator at rest: the desk, with what waits there."""

from handlers import counting, desk, rounds
from handlers.messages.values import Act, Choice, Say
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day

_WAITING = ("requests", "wishes", "asks", "tickets", "erasures")


def show_desk(talk: Talk) -> Turn:
    """Show what waits for this coordinator, and the running round."""
    talk.stand_at("coordinating", HOME)
    at = talk.stand
    found = desk.waiting(talk.db, talk.channel, at.agency_id, talk.now)
    numbers = {name: getattr(found, name) for name in _WAITING}
    lines = [say(f"desk.{name}", n=number) for name, number in numbers.items() if number] or [say("desk.quiet")]
    title = say("desk.title", role=say(f"role.{at.role}"), place=at.agency or say("joining.everywhere"))
    choices = [Choice(say(f"label.{name}"), Act(name)) for name in _WAITING if numbers[name]]
    words = "\n\n".join([title, _round(talk), "\n".join(lines), say("desk.typed")])
    usual = (Choice(say(f"label.{name}"), Act(name)) for name in ("numbers", "meetings", "rounds"))
    return turn(Say(words, (*choices, *usual)))


def _round(talk: Talk) -> str:
    running = rounds.current_round(talk.db, talk.channel, talk.now)
    if running is None:
        return say("desk.no_round")
    found = counting.of_scope(talk.db, talk.channel, running.id, talk.stand.agency_id, talk.now)
    return say("desk.round", title=running.title, due=day(running.due_on), sent=found.sent, of=found.schools)
