"""Schools that stand in a file more than once, or under another code or name than is known: merged, or asked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from handlers.agency_names import folded
from handlers.roster_codes import Codes, Known, place
from handlers.roster_values import NEW, SKIP, Asking, Choice, Draft, Question, Row, question_id
from handlers.school_names import normal
from handlers.texts import say

_BOTH, _CHANGE = "both", "change"
_ALIKE = 60


def once(rows: Sequence[Row], draft: Draft, asking: Asking) -> list[Row]:
    """Return each code once: rows that say the same are merged with a note, others are asked about."""
    by_code: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)
    kept = (_one_of(same, draft, asking) for same in by_code.values())
    return [row for row in kept if row is not None]


def _one_of(rows: list[Row], draft: Draft, asking: Asking) -> Row | None:
    first = rows[0]
    if len(rows) == 1:
        return first
    merged = _merged(rows)
    if merged is not None:
        others = ", ".join(str(row.number) for row in rows[1:])
        draft.notes.append(say("roster.merged", n=first.number, others=others, code=first.code, name=first.name))
        return merged
    labels = {chr(ord("a") + at): row for at, row in enumerate(rows)}
    choices = [Choice(key, say("roster.this_row", n=row.number, content=_content(row))) for key, row in labels.items()]
    choices.append(Choice(SKIP, say("roster.leave_rows")))
    said = say("roster.twice", code=first.code, rows=", ".join(str(row.number) for row in rows))
    about = question_id("twice", first.code, *(row.content for row in rows))
    answer = asking.ask(Question(about, said, tuple(choices), tuple(row.number for row in rows)))
    _leave(draft, (row for key, row in labels.items() if answer is not None and key != answer))
    return labels.get(answer or "")


def _merged(rows: list[Row]) -> Row | None:
    """Return what rows of one code say together, or None where they disagree."""
    if len({place(row.name, row.district, row.agency) for row in rows}) > 1:
        return None
    found: dict[str, object] = {}
    for column in ("pupils", "director", "phone"):
        said = {getattr(row, column) for row in rows} - {None}
        if len(said) > 1:
            return None
        found[column] = next(iter(said), None)
    return replace(rows[0], **found)  # type: ignore[arg-type]


def _content(row: Row) -> str:
    return " · ".join(str(one) for one in row.content if one is not None)


def _leave(draft: Draft, rows: Iterable[Row]) -> None:
    draft.left += [(row.number, say("roster.as_told", text=row.name)) for row in rows]


def apart(rows: Sequence[Row], draft: Draft, asking: Asking) -> list[Row]:
    """Ask about schools of one name, district and agency under several codes."""
    by_place: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_place[place(row.name, row.district, row.agency)].append(row)
    gone: set[int] = set()
    for same in by_place.values():
        if len(same) > 1:
            answer = asking.ask(_two_codes(same))
            left = [row for row in same if answer not in (None, _BOTH, row.code)]
            _leave(draft, left)
            gone |= {row.number for row in left}
    return [row for row in rows if row.number not in gone]


def _two_codes(rows: list[Row]) -> Question:
    choices = [Choice(row.code, say("roster.only_code", n=row.number, content=f"{row.code} {_content(row)}"))
               for row in rows]  # fmt: skip
    choices = [Choice(_BOTH, say("roster.two_schools")), *choices, Choice(SKIP, say("roster.leave_rows"))]
    said = say("roster.two_codes", name=rows[0].name, rows=", ".join(str(row.number) for row in rows))
    about = question_id("codes-of", *(f"{row.code}|{row.content}" for row in rows))
    return Question(about, said, tuple(choices), tuple(row.number for row in rows))


def known(rows: Sequence[Row], codes: Codes, draft: Draft, asking: Asking) -> list[Row]:
    """Ask about a school known under another code, and about a code known for what looks like another school."""
    by_code = {one.code: one for one in codes.known}
    taken = {row.code for row in rows}
    kept = []
    for row in rows:
        one = by_code.get(row.code)
        others = [other for other in codes.same_place(row) if other.code not in taken]
        if one is None:
            asked = _recoded(row, others) if others else None
        else:
            asked = _renamed(row, one, others) if _is_another(row, one, others) else None
        answer = asking.ask(asked) if asked else row.code
        if answer == SKIP:
            _leave(draft, [row])
        elif answer is not None:
            kept.append(row if answer in (row.code, NEW, _CHANGE) else replace(row, code=answer))
    return kept


def _recoded(row: Row, others: list[Known]) -> Question:
    choices = [Choice(one.code, say("roster.same_school", code=one.code, name=one.name)) for one in others]
    choices += [
        Choice(NEW, say("roster.new_school", code=row.code)),
        Choice(SKIP, say("roster.leave_row")),
    ]
    said = say("roster.other_code", n=row.number, code=row.code, name=row.name, known=others[0].code)
    return Question(question_id("known", row.code, row.about), said, tuple(choices), (row.number,))


def _renamed(row: Row, one: Known, others: list[Known]) -> Question:
    choices = (
        *(Choice(other.code, say("roster.same_school", code=other.code, name=other.name)) for other in others),
        Choice(_CHANGE, say("roster.change_it", name=one.name, to=row.name)),
        Choice(SKIP, say("roster.leave_row")),
    )
    said = say(
        "roster.other_school",
        n=row.number,
        code=row.code,
        name=f"{row.name} · {row.district} · {row.agency}",
        known=f"{one.name} · {one.district} · {one.agency}",
    )
    return Question(question_id("renamed", row.about), said, choices, (row.number,))


def _is_another(row: Row, one: Known, others: list[Known]) -> bool:
    """Tell whether a code's school has become quite another one: a code mistyped would overwrite it."""
    if normal(row.name) == normal(one.name):
        return False
    moved = folded(row.district) != folded(one.district) or folded(row.agency) != folded(one.agency)
    return moved or bool(others) or fuzz.ratio(normal(row.name), normal(one.name)) < _ALIKE
