"""Viewing: numbers only, for whoever may know how a round goes but not what schools say."""

from handlers.dialog import Flow, Move, Step
from handlers.standing import HOME

VIEWING = Flow(
    "viewing",
    (Step(HOME, "พัก", {"numbers": Move("show_numbers")}, Move("show_numbers")),),
    on_done="show_numbers",
)
