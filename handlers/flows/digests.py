"""Digests, the schools behind their numbers, nudges: steps and moves that verifiers and coordinators share."""

from collections.abc import Mapping

from handlers.dialog import STAY, Move, Step
from handlers.standing import HOME

SCHOOLS, NUDGE = "schools", "nudge"

DIGEST_MOVES: dict[str, Move] = {
    "numbers": Move("show_digest", HOME),
    "schools": Move("show_schools", SCHOOLS),
    "unbegun_schools": Move("show_schools", SCHOOLS),
    "unlinked_schools": Move("show_schools", SCHOOLS),
    "more_schools": Move("show_more_schools", SCHOOLS),
    "one_school": Move("show_school", SCHOOLS),
    "nudge": Move("prepare_nudge", NUDGE),
    "nudge_send": Move("send_nudge", HOME),
    "digest_daily": Move("change_digest", STAY),
    "digest_weekly": Move("change_digest", STAY),
    "digest_stop": Move("change_digest", STAY),
}


def digest_steps(anywhere: Mapping[str, Move]) -> tuple[Step, ...]:
    """Return the steps of a hat that answers for schools."""
    no = Move("drop_nudge", HOME)
    answers = {"yes": Move("send_nudge", HOME), "no": no, "cancel": no}
    return (
        Step(SCHOOLS, "รายชื่อโรงเรียน", dict(anywhere), Move("pick_school", SCHOOLS)),
        Step(NUDGE, "ข้อความที่จะส่ง", dict(anywhere) | answers, Move("ask_nudge_again", NUDGE)),
    )
