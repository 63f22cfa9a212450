"""Days off that a province adds: steps of the coordinating flow; and the list of schools to call."""

from collections.abc import Mapping

from handlers.dialog import STAY, Move, Step
from handlers.standing import HOME

DAY_OFF, DAY_OFF_SURE = "day_off", "day_off_sure"

DAY_OFF_MOVES: dict[str, Move] = {
    "days_off": Move("show_days_off", HOME),
    "day_off_add": Move("begin_day_off", DAY_OFF),
    "day_off_remove": Move("remove_day_off", HOME),
    "day_off_day": Move("round_button_is_old", STAY),  # counts where the day is asked for only
    "calls": Move("show_calls", HOME),
}
"""What is heard at any step of the flow."""


def day_off_steps(anywhere: Mapping[str, Move]) -> tuple[Step, ...]:
    """Return the steps, each with what is heard anywhere in the flow."""
    take, no = Move("take_day_off", DAY_OFF_SURE), Move("show_days_off", HOME)
    asking = {**anywhere, **DAY_OFF_MOVES, "cancel": no, "no": no}
    yes = {"yes": Move("add_day_off", HOME), "round_sure": Move("add_day_off", HOME)}
    return (
        Step(DAY_OFF, "วันหยุดพิเศษวันใด", asking | {"day_off_day": take}, take, asks=True),
        Step(DAY_OFF_SURE, "ยืนยันวันหยุดพิเศษ", asking | yes, Move("round_sure_again", STAY)),
    )
