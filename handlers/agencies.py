"""The agencies of a channel: a tree (group → office), found by any of their names."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select

from handlers.agency_names import Agency, folded, group_of, parsed
from models.people import agencies, agency_names

_ALL = (
    select(agencies.c.id, agencies.c.name, agencies.c.parent_id)
    .where(agencies.c.channel_id == bindparam("channel"))
    .order_by(agencies.c.id)
)
_NAMES = select(agency_names.c.agency_id, agency_names.c.name).where(agency_names.c.channel_id == bindparam("channel"))
_ADD = insert(agencies).returning(agencies.c.id)
_ADD_NAME = insert(agency_names)


@dataclass(frozen=True, slots=True)
class Book:
    """All agencies of a channel, looked up without asking the database again."""

    names: dict[int, str]
    parents: dict[int, int | None]
    aliases: dict[str, int]  # folded, of names in use and others

    def find(self, words: str) -> int | None:
        """Return the agency that words name without a doubt: "สพป บร 3", "บร1", "เขต ๑". See ``surely``."""
        sure = self.surely(words)
        if sure is not None:
            return sure
        may_be = self.may_be(words)
        if len(may_be) > 1:  # "อปท." is the group, not one of its offices
            top = [agency for agency in may_be if self.parents[agency] is None]
            may_be = top if all(self.parents[agency] in (None, *top) for agency in may_be) else may_be
        return may_be[0] if len(may_be) == 1 else None

    def surely(self, words: str) -> int | None:
        """Return the agency of exactly this name, however it is written; "เขต 1" says less than a name."""
        known = self.aliases.get(folded(words))
        if known is not None:
            return known
        wanted = parsed(words)
        same = [agency for agency, name in self.names.items() if wanted.says_enough and parsed(name) == wanted]
        return same[0] if len(same) == 1 else None

    def may_be(self, words: str) -> list[int]:
        """Return the agencies of which words say a part: "เขต 1" those with that number."""
        wanted = parsed(words)
        if not wanted.says_enough:
            return []
        given = Agency(kind=wanted.kind) if wanted.office and not wanted.place else wanted
        return [agency for agency, name in self.names.items() if given.may_be(parsed(name))]

    def all_names(self, agency: int) -> list[str]:
        """Return its name, then the others it is known by, folded."""
        own = self.names[agency]
        return [own, *(name for name, known in self.aliases.items() if known == agency and name != folded(own))]

    def above(self, agency: int) -> list[int]:
        """Return the agency and those it stands under, itself first."""
        line: list[int] = []
        at: int | None = agency
        while at is not None and at not in line:
            line.append(at)
            at = self.parents.get(at)
        return line

    def below(self, agency: int) -> set[int]:
        """Return the agency and all that stand under it."""
        return {one for one in self.names if agency in self.above(one)}

    def top(self, among: Container[int] | None = None) -> list[int]:
        """Return the agencies among these (None: all), without those that stand under another one of them."""
        known = [one for one in self.names if among is None or one in among]
        return [one for one in known if not any(up in known for up in self.above(one)[1:])]

    def split(self, words: str) -> tuple[int | None, str]:
        """Find an agency at the beginning or end of words: "สพป บร 3 ร.ร. ภูสมมติ" → that, and "ร.ร. ภูสมมติ".

        Only what cannot be a part of a school's name counts: เทศบาล ๑ is a school, สพป. never is.
        """
        tokens = words.split()
        for many in range(len(tokens) - 1, 0, -1):
            for said, left in ((tokens[:many], tokens[many:]), (tokens[-many:], tokens[:-many])):
                agency = self.find(" ".join(said)) if _is_plain(said) else None
                if agency is not None:
                    return agency, " ".join(left)
        return None, words


def _is_plain(tokens: list[str]) -> bool:
    said = parsed(" ".join(tokens))
    return not said.office and not said.text and bool(said.number or (said.kind and len(tokens) <= _TOKENS))


_TOKENS = 3


def book(db: Connection, channel: str) -> Book:
    """Return the agencies of a channel."""
    rows = db.execute(_ALL, {"channel": channel}).all()
    others = {folded(row.name): row.agency_id for row in db.execute(_NAMES, {"channel": channel})}
    own = {folded(row.name): row.id for row in rows}
    return Book({row.id: row.name for row in rows}, {row.id: row.parent_id for row in rows}, others | own)


def reach(db: Connection, channel: str, agency: int | None) -> frozenset[int] | None:
    """Return the agencies that one of an agency answers for: itself and all below; None: every one of the channel."""
    return None if agency is None else frozenset(book(db, channel).below(agency))


def find(db: Connection, channel: str, words: str) -> int | None:
    """Return the channel's agency that words name by its name or an alias, or None where that is in doubt."""
    return book(db, channel).find(words)


def add(db: Connection, channel: str, name: str) -> int:
    """Add an agency under its group (an อบจ. under อปท.), which is added where it is missing; returns its id."""
    over, parent = group_of(parsed(name)), None
    if over is not None:
        parent = book(db, channel).surely(over) or add(db, channel, over)
    row = {"channel_id": channel, "name": name, "parent_id": parent}
    return int(db.execute(_ADD, row).scalar_one())


def also_called(db: Connection, channel: str, agency: int, names: Iterable[str]) -> int:
    """Write down other names of an agency, those that are new; returns how many were."""
    known = book(db, channel).aliases
    fresh = {folded(name): name for name in names if folded(name) not in known}
    for name in fresh.values():
        db.execute(_ADD_NAME, {"channel_id": channel, "agency_id": agency, "name": name})
    return len(fresh)
