"""Viewing: numbers only, for whoever may know how a round goes but not what schools say."""

from handlers.dialog import Flow, Move, Step
from handlers.standing import HOME

VIEWING = Flow(
    "viewing",
    (Step(HOME, "พัก", {"numbers": Move("show_digest")}, Move("show_digest")),),
    on_done="show_digest",
)
