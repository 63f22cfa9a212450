"""Reviewing: a verifier's queue, one report, one topic."""

from handlers.dialog import Flow, Move, Step
from handlers.standing import HOME

REVIEWING = Flow(
    "reviewing",
    (Step(HOME, "พัก", {"queue": Move("show_queue")}, Move("show_queue")),),
    on_done="show_queue",
)
