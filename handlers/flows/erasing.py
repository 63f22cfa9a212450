"""What a coordinator does with requests for erasure: steps of the coordinating flow."""

from collections.abc import Mapping

from handlers.dialog import STAY, Move, Step

ERASURES, ERASE_SURE, ERASE_WHY = "erasures", "erase_sure", "erase_why"

ERASURE_MOVES: dict[str, Move] = {
    "erasures": Move("show_erasures", ERASURES),
    "erase": Move("ask_erase", ERASE_SURE),
    "refuse_erasure": Move("refuse_erasure", ERASURES),
    "erase_yes": Move("erasure_button_is_old", STAY),  # counts where it is asked only
}
"""What is heard at any step of the flow."""


def erasure_steps(anywhere: Mapping[str, Move]) -> tuple[Step, ...]:
    """Return the steps, each with what is heard anywhere in the flow."""
    decided = {"approve": Move("ask_erase", ERASE_SURE), "decline": Move("refuse_erasure", ERASURES)}
    back = dict.fromkeys(("cancel", "no"), Move("show_erasures", ERASURES))
    yes = dict.fromkeys(("yes", "erase_yes"), Move("erase_person", ERASURES))
    return (
        Step(ERASURES, "คำขอลบข้อมูล", dict(anywhere) | decided, Move("show_desk")),
        Step(ERASE_SURE, "ยืนยันลบข้อมูล", dict(anywhere) | back | yes, Move("erase_sure_again", STAY)),
        Step(
            ERASE_WHY,
            "เหตุผลที่ไม่ลบข้อมูล",
            dict(anywhere) | back,
            Move("take_erasure_why", ERASURES),
            asks=True,
        ),
    )
