"""What several people say is applied at once, as in a rush."""

from typing import Any

from handlers import kept
from handlers.heard import Heard, Kind
from tests.province import MAIN, Person, Province, refused


def heard(person: Person, words: str, kind: Kind = Kind.TEXT, **more: Any) -> Heard:
    """Return an event of a person that comes now."""
    province = person.province
    province.later(seconds=1)
    mark = f"j{next(province.events)}"
    given = {"text": words} if kind == Kind.TEXT else {}
    known = {"token": f"t{mark}", "message_id": mark, "raw": {"words": words}} | given | more
    return Heard(mark, kind, province.now, person.user, **known)


def together(province: Province, *events: Heard) -> kept.Applied:
    """Apply events of several people as one transaction does in a rush."""
    with province.store.write() as db:
        applied = kept.apply_together(db, MAIN, events, province.house, province.now)
    for one in applied.outgoing:
        assert refused(one.messages) == []
        province.people[one.recipient]._reads(one)
    return applied
