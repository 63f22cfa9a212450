"""A short budget, told to those who plan with it: once for each class of words and month."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from handlers import quota
from handlers.messages.values import Act, Choice, Say
from handlers.telling import in_office
from handlers.telling import tell as tell_person
from handlers.texts import say
from models.outbox import Priority
from models.people import IN_FORCE, Role, memberships

_WHOLE = 0  # no agency has this number: those of the whole channel are meant
_COORDINATORS = (
    select(memberships.c.person_id)
    .distinct()
    .where(memberships.c.channel_id == bindparam("channel"), memberships.c.role == Role.COORDINATOR, IN_FORCE)
    .order_by(memberships.c.person_id)
)


def tell(db: Connection, short: Collection[tuple[str, Priority]], now: datetime) -> None:
    """Tell the province's coordinators that a class of words now waits for people's visits.

    They plan the month, so it is worth a push while there is a part of the plan left that is kept for such. Where a
    province has none, those of its agencies are told at their next visit.

    short: channels and classes.
    """
    for channel, priority in sorted(short):
        once = f"short:{quota.month(now)}:{priority}"
        words = say("quota.short", kind=say(f"quota.class.{priority}"), share=quota.SHARES[priority])
        said = Say(words, (Choice(say("label.quota"), Act("quota")),))
        planners = in_office(db, channel, _WHOLE, Role.COORDINATOR, now)
        worth_a_push = bool(planners) and quota.SHARES[priority] < 100
        for person in planners or db.execute(_COORDINATORS, {"channel": channel, "now": now}).scalars().all():
            tell_person(db, channel, person, said, once=once, now=now, worth_a_push=worth_a_push)
