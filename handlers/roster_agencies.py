"""Which agency each row means: known ones by any of their names, new ones added, and what is in doubt asked."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from handlers.agencies import Book
from handlers.agency_names import Agency, folded, parsed
from handlers.roster_values import NEW, SKIP, Asking, Choice, Question, Row, question_id
from handlers.texts import say

_NEAR, _NEAR_PLACE = 78, 70


@dataclass(slots=True)
class Agencies:
    """What the agencies of a file are called from now on. also: new names of theirs that somebody confirmed."""

    names: dict[str, str] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    also: dict[str, str] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    skipped: set[str] = field(default_factory=set)


def settle(rows: Sequence[Row], book: Book, asking: Asking) -> Agencies:
    """Find the agency of each row. What says most is settled first, so that the rest can be compared with it."""
    times = Counter(row.agency for row in rows)
    first = {row.agency: row.number for row in reversed(rows)}
    settled = Agencies()
    for written in sorted(times, key=lambda one: (-_says(one), -times[one], first[one])):
        numbers = tuple(row.number for row in rows if row.agency == written)
        _settle(written, numbers, book, settled, asking)
    return settled


def _settle(written: str, rows: tuple[int, ...], book: Book, settled: Agencies, asking: Asking) -> None:
    sure = book.surely(written) if written else None
    if sure is not None:
        settled.names[written] = book.names[sure]
        return
    name = parsed(written).short or written
    if name in settled.new:
        settled.names[written] = name
        return
    known = [*book.names.values(), *settled.new]
    says = parsed(written).says_enough and re.search(r"[^\W\d_]", written) is not None
    near = [one for one in known if _may_be(written, one)] if says else known
    if not near and says:
        settled.new.append(name)
        settled.names[written] = name
        return
    answer = asking.ask(_question(written, name, near, rows))
    _answered(answer, written, name, settled)


def _answered(answer: str | None, written: str, name: str, settled: Agencies) -> None:
    if answer is None:
        settled.open.add(written)
    elif answer == SKIP:
        settled.skipped.add(written)
    elif answer == NEW:
        settled.new.append(name)
        settled.names[written] = name
    else:
        settled.names[written] = answer
        settled.also |= {written: answer} if written else {}


def _question(written: str, name: str, near: list[str], rows: tuple[int, ...]) -> Question:
    choices = [Choice(one, one) for one in near]
    if written:
        choices.append(Choice(NEW, say("roster.new_agency", name=name)))
    choices.append(Choice(SKIP, say("roster.leave_rows")))
    said = (
        say("roster.which_agency", written=written, many=len(rows), n=rows[0])
        if written
        else say("roster.no_agency", many=len(rows), n=rows[0])
    )
    return Question(question_id("agency", folded(written)), said, tuple(choices), rows)


def _says(written: str) -> int:
    said = parsed(written)
    return sum(bool(part) for part in (said.kind, said.office, said.place, said.number, said.text))


def _may_be(written: str, name: str) -> bool:
    """Tell whether a name may mean a known agency: one says a part of the other, or is spelled nearly like it."""
    mine, other = parsed(written), parsed(name)
    if mine.kind and not (mine.office or mine.place or mine.number) and other.office:
        return False  # อปท. is the group of that office
    if other.kind and not (other.office or other.place or other.number) and mine.office:
        return mine.kind == other.kind and not mine.place  # เทศบาล may mean the group, เทศบาลเมืองนางรอง does not
    if (mine.says_enough and mine.may_be(other)) or (other.says_enough and other.may_be(mine)):
        return True  # one says a part of the other
    if mine.kind and other.kind:
        return (
            _apart(mine) == _apart(other)
            and mine.place != other.place
            and fuzz.ratio(mine.place, other.place) >= _NEAR_PLACE
        )
    if re.findall(r"\d+", folded(written)) != re.findall(r"\d+", folded(name)):
        return False
    return fuzz.ratio(folded(written), folded(name)) >= _NEAR


def _apart(agency: Agency) -> tuple[str, str, str]:
    return agency.kind, agency.office, agency.number
