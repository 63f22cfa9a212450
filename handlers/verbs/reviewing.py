"""Verbs of a verifier."""

from handlers.messages.values import Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say


def show_queue(talk: Talk) -> Turn:
    """Show what waits for this verifier."""
    return turn(Say(say("staff.reviewing_home", role=say(f"role.{talk.stand.role}"), school=talk.stand.place_name)))
