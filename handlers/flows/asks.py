"""What schools ask for and talks with them: steps and moves that verifiers and coordinators share."""

from collections.abc import Mapping

from handlers.dialog import Move, Step

ASKS, ANSWER_ASK, TICKETS, ANSWER_TICKET = "asks", "answer_ask", "tickets", "answer_ticket"

ASK_MOVES: dict[str, Move] = {
    "asks": Move("show_asks", ASKS),
    "own_asks": Move("show_asks", ASKS),
    "take_ask": Move("take_ask", ASKS),
    "take_over": Move("take_over", ASKS),
    "answer_ask": Move("answer_ask", ANSWER_ASK),
}
TICKET_MOVES: dict[str, Move] = {
    "tickets": Move("show_tickets", TICKETS),
    "answer_ticket": Move("answer_ticket", ANSWER_TICKET),
    "close_ticket": Move("close_ticket", TICKETS),
    "end_talk": Move("close_ticket", TICKETS),
}


def ask_steps(anywhere: Mapping[str, Move], otherwise: Move) -> tuple[Step, ...]:
    """Return the steps of a hat that sees asks. otherwise: what follows words that are no order, in the list."""
    return (
        Step(ASKS, "เรื่องขอ", dict(anywhere), otherwise),
        Step(
            ANSWER_ASK,
            "คำตอบเรื่องขอ",
            dict(anywhere) | {"cancel": Move("show_asks", ASKS)},
            Move("take_answer", ASKS),
            asks=True,
        ),
    )


def ticket_steps(anywhere: Mapping[str, Move], otherwise: Move) -> tuple[Step, ...]:
    """Return the steps of a hat that talks with directors. otherwise: what follows words that are no order."""
    return (
        Step(TICKETS, "การคุย", dict(anywhere), otherwise),
        Step(
            ANSWER_TICKET,
            "คำตอบในการคุย",
            dict(anywhere) | {"cancel": Move("show_tickets", TICKETS)},
            Move("take_words", TICKETS),
            asks=True,
        ),
    )
