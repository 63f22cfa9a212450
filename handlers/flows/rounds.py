"""What a coordinator does with rounds and requests for more time: steps of the coordinating flow."""

from collections.abc import Mapping

from handlers.dialog import STAY, Move, Step

OPENS, TITLE, DUE, GRACE, CLOSES, OPEN_SURE = "opens", "title", "due", "grace", "closes", "open_sure"
MOVED, MOVE_SURE, CLOSE_SURE, WISHES, GRANT_SURE = "moved", "move_sure", "close_sure", "wishes", "grant_sure"

ROUND_MOVES: dict[str, Move] = {
    "rounds": Move("show_rounds", STAY),
    "round_open": Move("begin_round", OPENS),
    "round_move": Move("begin_moving_round", MOVED),
    "round_close": Move("ask_close_round", CLOSE_SURE),
    "wishes": Move("show_wishes", WISHES),
    "grant_wish": Move("grant_wish", WISHES),
    "refuse_wish": Move("refuse_wish", WISHES),
    # Buttons of a question: they count at its step only, elsewhere they are old.
    **{do: Move("round_button_is_old", STAY) for do in ("round_day", "round_title", "round_skip", "round_sure")},
}
"""What is heard at any step of the flow."""


def round_steps(anywhere: Mapping[str, Move]) -> tuple[Step, ...]:
    """Return the steps, each with what is heard anywhere in the flow."""
    typed = {name: move for name, move in anywhere.items() if name != "desk"} | ROUND_MOVES
    asking = {**anywhere, **ROUND_MOVES, "cancel": Move("cancel_round"), "no": Move("cancel_round")}

    def ask(key: str, title: str, to: str) -> Step:
        take = Move("take_round_day", to)
        skip = {"skip": Move("skip_round_day", to), "round_skip": Move("skip_round_day", to)}
        return Step(
            key, title, asking | {"round_day": take} | (skip if key in (GRACE, CLOSES) else {}), take, asks=True
        )

    def sure(key: str, title: str, does: str) -> Step:
        yes = {"yes": Move(does), "round_sure": Move(does)}
        return Step(key, title, asking | yes, Move("round_sure_again", STAY))

    new_due = Move("take_new_due", MOVE_SURE)
    name = Move("take_round_title", DUE)
    return (
        ask(OPENS, "วันเปิดรอบ", TITLE),
        Step(TITLE, "ชื่อรอบ", asking | {"round_title": name, "yes": name}, name, asks=True),
        ask(DUE, "วันครบกำหนด", GRACE),
        ask(GRACE, "วันผ่อนผัน", CLOSES),
        ask(CLOSES, "วันปิดรอบ", OPEN_SURE),
        sure(OPEN_SURE, "ยืนยันเปิดรอบ", "open_round"),
        Step(MOVED, "กำหนดใหม่", asking | {"round_day": new_due}, new_due, asks=True),
        sure(MOVE_SURE, "ยืนยันเลื่อนกำหนด", "move_round"),
        sure(CLOSE_SURE, "ยืนยันปิดรอบ", "close_round"),
        sure(GRANT_SURE, "ยืนยันให้โรงเรียนเลื่อน", "grant_now"),
        Step(
            WISHES,
            "คำขอเลื่อนกำหนด",
            typed | {"desk": anywhere["desk"], "approve": Move("grant_wish"), "decline": Move("refuse_wish")},
            Move("show_desk"),
        ),
    )
