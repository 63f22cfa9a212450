"""Verbs of a coordinator."""

from handlers.messages.values import Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say


def show_desk(talk: Talk) -> Turn:
    """Show what waits for this coordinator."""
    return turn(Say(say("staff.coordinating_home", role=say(f"role.{talk.stand.role}"), school=talk.stand.place_name)))
