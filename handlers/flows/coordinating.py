"""Coordinating: what a coordinator decides: who joins, rounds and their deadlines."""

from handlers.dialog import Flow, Move, Step
from handlers.flows.announcements import ANNOUNCEMENT_MOVES, announcement_steps
from handlers.flows.asks import ASK_MOVES, TICKET_MOVES, ask_steps, ticket_steps
from handlers.flows.days_off import DAY_OFF_MOVES, day_off_steps
from handlers.flows.digests import DIGEST_MOVES, SCHOOLS, digest_steps
from handlers.flows.erasing import ERASURE_MOVES, erasure_steps
from handlers.flows.meetings import MEETING_MOVES, meeting_steps
from handlers.flows.rounds import ROUND_MOVES, round_steps
from handlers.standing import HOME

REQUESTS, REPLACE, WHY = "requests", "replace", "why"

_ANYWHERE: dict[str, Move] = {
    "desk": Move("show_desk", HOME),
    "requests": Move("show_requests", REQUESTS),
    "grant_request": Move("grant_request", REQUESTS),  # buttons, which name the request
    "refuse_request": Move("refuse_request", REQUESTS),
    "replace_now": Move("replace_director", REQUESTS),
    "keep_both": Move("replace_director", REQUESTS),
    "queue": Move("show_schools", SCHOOLS),
    "quota": Move("show_quota"),
    "unreachable": Move("show_unreachable"),
    **DIGEST_MOVES,
    **ASK_MOVES,
    **TICKET_MOVES,
    **ROUND_MOVES,
    **DAY_OFF_MOVES,
    **ERASURE_MOVES,
    **MEETING_MOVES,
    **ANNOUNCEMENT_MOVES,
}
_TYPED_AT_REQUESTS: dict[str, Move] = {
    "approve": Move("grant_request", REQUESTS),
    "decline": Move("refuse_request", REQUESTS),
}

COORDINATING = Flow(
    "coordinating",
    (
        Step(HOME, "พัก", _ANYWHERE | _TYPED_AT_REQUESTS, Move("show_desk")),
        Step(REQUESTS, "คำขอเข้าร่วม", _ANYWHERE | _TYPED_AT_REQUESTS, Move("show_desk", HOME)),
        Step(
            REPLACE,
            "มีผู้อำนวยการอยู่แล้ว",
            _ANYWHERE | {"cancel": Move("show_requests", REQUESTS)},
            Move("replace_director"),
        ),
        Step(
            WHY,
            "เหตุผลที่ปฏิเสธ",
            _ANYWHERE | {"cancel": Move("show_requests", REQUESTS)},
            Move("give_reason", REQUESTS),
            asks=True,
        ),
        *ask_steps(_ANYWHERE, Move("show_desk", HOME)),
        *ticket_steps(_ANYWHERE, Move("show_desk", HOME)),
        *round_steps(_ANYWHERE),
        *day_off_steps(_ANYWHERE),
        *digest_steps(_ANYWHERE),
        *erasure_steps(_ANYWHERE),
        *meeting_steps(_ANYWHERE),
        *announcement_steps(_ANYWHERE),
    ),
    on_done="show_desk",
)
