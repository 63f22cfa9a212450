"""An audience said in few Thai words, and what is in doubt of one that was typed, with what is possible."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from handlers import agencies
from handlers.audience_words import NAMED, Doubt, Why
from handlers.audiences import Audience
from handlers.texts import say
from models.people import SUBMITTERS, Role, schools

_SOME = 5  # schools said by name; more are counted
_PART = 60  # characters said back of words in doubt
_ORDER = (Role.DIRECTOR, Role.ACTING, Role.DELEGATE, Role.VERIFIER, Role.COORDINATOR, Role.VIEWER, Role.OPERATOR)
_SCHOOLS = (
    select(schools.c.name, schools.c.district)
    .where(schools.c.channel_id == bindparam("channel"), schools.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(schools.c.code)
)


def describe(db: Connection, channel: str, to: Audience) -> str:
    """Return an audience in words: "ผอ. · สพป.บุรีรัมย์ เขต 1, สพม.บุรีรัมย์"."""
    return say("audience.said", roles=_roles(to.roles), place=_place(db, channel, to))


def _roles(roles: frozenset[Role]) -> str:
    """Return roles in words; who sends a report is one kind of people."""
    kinds = [say("audience.directors")] if roles >= SUBMITTERS else []
    left = roles - SUBMITTERS if kinds else roles
    *first, last = [*kinds, *(say(f"audience.role.{one}") for one in _ORDER if one in left)]
    return say("audience.and", first=" ".join(first), last=last) if first else last


def _place(db: Connection, channel: str, to: Audience) -> str:
    if to.schools:
        return _names_of_schools(db, channel, to)
    book = agencies.book(db, channel)
    if to.agencies is None or to.agencies >= book.names.keys():
        return say("audience.everywhere")
    return _few([book.names[one] for one in book.top(to.agencies)]) or say("audience.nowhere")


def _names_of_schools(db: Connection, channel: str, to: Audience) -> str:
    rows = db.execute(_SCHOOLS, {"channel": channel, "ids": sorted(to.schools)}).all()
    if len(rows) > _SOME:
        return say("audience.schools", n=len(rows))
    names = [row.name for row in rows]
    return ", ".join(
        say("audience.school", name=row.name, district=row.district) if names.count(row.name) > 1 else row.name
        for row in rows
    )


def why(doubt: Doubt) -> str:
    """Return in Thai what is in doubt, what is possible, and what to type."""
    listed = "\n".join(f"{number}. {one.label}" for number, one in enumerate(doubt.options, 1))
    key = f"audience.doubt.{doubt.why}"
    if doubt.why == Why.LIKE and len(doubt.options) == 1:
        key = "audience.doubt.like_one"
    part = doubt.part if len(doubt.part) <= _PART else f"{doubt.part[:_PART]}…"
    return say(key, part=part, listed=listed, names=_few(doubt.names))


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
