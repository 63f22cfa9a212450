"""Coordinating: what a coordinator decides: who joins, rounds and their deadlines."""

from handlers.dialog import Flow, Move, Step
from handlers.standing import HOME

COORDINATING = Flow(
    "coordinating",
    (Step(HOME, "พัก", {"desk": Move("show_desk")}, Move("show_desk")),),
    on_done="show_desk",
)
