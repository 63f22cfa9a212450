"""Reasons and explanations that are unsent, or edited while they are still open, by who gave them.

Nothing is overwritten: an edited explanation is a new one in the place of the old, an edited reason a new decision.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from handlers import rulings, sendings, unsaid
from handlers.texts import say
from models.report import State
from models.report import reports as reports_table
from models.review import Decision, decisions, explanations


class Edited(StrEnum):
    """What became of an edited bubble that gave a reason or an explanation."""

    REASON = "reason"
    EXPLANATION = "explanation"
    TOO_LATE = "too_late"


_REASONS = (
    select(decisions, reports_table.c.state)
    .join(reports_table, reports_table.c.id == decisions.c.report_id)
    .where(
        decisions.c.channel_id == bindparam("channel"),
        decisions.c.line_message_id == bindparam("mark"),
        decisions.c.person_id == bindparam("by"),
        decisions.c.reason.is_not(None),
    )
    .order_by(decisions.c.id.desc())
)
_EXPLANATIONS = (
    select(explanations.c.id, explanations.c.decision_id, decisions.c.report_id, decisions.c.sending_id)
    .add_columns(reports_table.c.state)
    .join(decisions, decisions.c.id == explanations.c.decision_id)
    .join(reports_table, reports_table.c.id == decisions.c.report_id)
    .where(
        explanations.c.channel_id == bindparam("channel"),
        explanations.c.line_message_id == bindparam("mark"),
        explanations.c.person_id == bindparam("by"),
        explanations.c.removed_at.is_(None),
    )
)
_REPLACE = update(explanations).where(explanations.c.id == bindparam("old")).values(removed_at=bindparam("now"))


def unsend(db: Connection, channel: str, mark: str, by: int) -> None:
    """Take the words of an unsent reason out of what waits to be told to the school; before they are forgotten."""
    for row in db.execute(_REASONS, {"channel": channel, "mark": mark, "by": by}).all():
        _retell(db, channel, row, say("review.unsent"))


def _retell(db: Connection, channel: str, row: Any, said: str) -> int:
    names = (f"returned:{row.sending_id}", f"reopened:{row.id}")
    return sum(unsaid.reword(db, channel, once, row.reason, said) for once in names)


def reword(db: Connection, channel: str, mark: str, by: int, said: str, now: datetime) -> Edited | None:
    """Take an edited bubble's new words for the reason or explanation that it gave; None where it gave none."""
    row = {"channel": channel, "mark": mark, "by": by}
    explained = db.execute(_EXPLANATIONS, row).first()
    if explained is not None:
        return _reword_explanation(db, channel, explained, mark, by, said, now)
    reason = db.execute(_REASONS, row).first()
    return _reword_reason(db, channel, reason, mark, by, said, now) if reason is not None else None


def _reword_explanation(db: Connection, channel: str, one: Any, mark: str, by: int, said: str, now: datetime) -> Edited:
    if one.state != State.RETURNED or sendings.of(db, one.report_id)[-1].id != one.sending_id:
        return Edited.TOO_LATE
    db.execute(_REPLACE, {"old": one.id, "now": now})
    rulings.explain(db, channel, one.decision_id, said, message_id=mark, by=by, now=now)
    return Edited.EXPLANATION


def _reword_reason(db: Connection, channel: str, one: Any, mark: str, by: int, said: str, now: datetime) -> Edited:
    """Decide once more with the new reason, as long as the school has not been told and nobody has decided since."""
    last = sendings.of(db, one.report_id)[-1]
    newest = rulings.latest(rulings.rulings(db, one.report_id), one.topic)
    open_still = one.state == State.REVIEWING and last.id == one.sending_id
    if not open_still or newest is None or newest.id != one.id or one.decision != Decision.RETURNED:
        return Edited.TOO_LATE
    rulings.decide(db, channel, last, one.topic, Decision.RETURNED, by=by, now=now, reason=said, message_id=mark)
    return Edited.REASON
