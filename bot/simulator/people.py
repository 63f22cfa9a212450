"""The people who have LINE on their phones."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

USER_ID = re.compile(r"U[0-9a-f]{32}\Z")  # REF Common properties


@dataclass(slots=True)
class Person:
    """One LINE account. School, role and code are only for the demo page: LINE knows nothing of them."""

    user: str
    name: str
    school: str | None = None
    role: str | None = None
    code: str | None = None
    language: str | None = "th"  # absent until consented to on a real account

    def __post_init__(self) -> None:
        if not USER_ID.match(self.user):
            raise ValueError(f"a LINE user id is U and 32 hexadecimal digits, not {self.user!r}")


def people_of(rows: Iterable[Person | Mapping[str, str | None]]) -> dict[str, Person]:
    """Return people by user id, from people or from mappings with a person's fields."""
    people = (row if isinstance(row, Person) else _person(row) for row in rows)
    return {person.user: person for person in people}


def _person(row: Mapping[str, str | None]) -> Person:
    user, name = row["user"], row["name"]
    if not user or not name:
        raise ValueError("a person of the demo needs a user id and a name")
    return Person(user, name, row.get("school"), row.get("role"), row.get("code"))
