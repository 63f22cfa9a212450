"""A roster's plan and its questions as text: for the terminal, and as a file to write the answers into."""

from collections import Counter
from collections.abc import Iterator, Sequence
from unicodedata import category, east_asian_width

import yaml

from handlers.roster_plan import Plan, Step
from handlers.roster_values import Question

_MOST = 200


def width(text: str) -> int:
    """Count the columns that text takes in a terminal: vowels and tone marks above and below take none."""
    marks = ("Mn", "Me", "Cf")
    return sum((2 if east_asian_width(sign) in "WF" else 1) for sign in text if category(sign) not in marks)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows with their columns one below the other."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def shown(plan: Plan) -> str:
    """Return what an import would do: added, changed (from → to), left, asked."""
    return "\n\n".join(filter(None, ("\n".join(section) for section in _sections(plan))))


def _sections(plan: Plan) -> Iterator[list[str]]:
    outcomes = Counter(_outcome(step) for step in plan.steps)
    for title, outcome in (("จะเพิ่ม (to be added)", "added"), ("จะเปลี่ยน (to be changed)", "changed")):
        rows = [row for step in plan.steps if _outcome(step) == outcome for row in _rows(step)]
        yield [f"{title}: {outcomes[outcome]}", *_cut(rows)] if rows else []
    for title, codes in (("จะปิด (to be closed)", plan.closing), ("จะเปิดอีก (to be opened again)", plan.opening)):
        yield [f"{title}: {len(codes)}", *(f"  {code}" for code in codes)] if codes else []
    if plan.new_agencies:
        yield ["สังกัดใหม่ (new agencies)", *(f"  {name}" for name in plan.new_agencies)]
    left = [[f"  {number}", why] for number, why in plan.left]
    yield [f"แถวที่เว้นไว้ (rows left out): {len(left)}", *_cut(left)] if left else []
    yield ["ข้อสังเกต (notes)", *(f"  {note}" for note in plan.notes)] if plan.notes else []
    if plan.questions:
        rows_asked = len({row for question in plan.questions for row in question.rows})
        yield [f"ต้องถาม (to be asked): {len(plan.questions)} · {rows_asked} แถว (rows)", *map(asked, plan.questions)]
    many = f"{outcomes['added']} to add, {outcomes['changed']} to change, {outcomes['same']} as before"
    absent = "" if plan.questions else f", {plan.absent} not in the file (they stay)"
    yield [f"Schools: {many}{absent}. Rows left out: {len(plan.left)}. Questions: {len(plan.questions)}."]


def _outcome(step: Step) -> str:
    return ("changed" if step.changes else "same") if step.known else "added"


def _rows(step: Step) -> Iterator[list[str]]:
    one = step.entry
    if not step.known:
        phone = one.phone or "–"
        pupils = "–" if one.pupils is None else str(one.pupils)
        yield [f"  {one.row}", one.code, one.name, one.agency, one.district, pupils, one.director or "–", phone]
    for column, old, new in step.changes:
        yield [f"  {one.row}", one.code, one.name, column, f"{old} → {new}"]


def _cut(rows: list[list[str]]) -> list[str]:
    more = [f"  … {len(rows) - _MOST}"] if len(rows) > _MOST else []
    return [*([table(rows[:_MOST])] if rows else []), *more]


def asked(question: Question) -> str:
    """Return a question with its choices."""
    choices = [f"      {choice.key}: {choice.label}" for choice in question.choices]
    code = ["      หรือรหัส 10 หลัก (or ten digits)"] if question.any_code else []
    return "\n".join([f"  {question.id}", f"    {question.said}", *choices, *code])


def to_be_answered(questions: Sequence[Question], given: dict[str, str]) -> str:
    """Return a YAML file of the answers given, and the questions still to be answered, each with its choices."""
    answered = [yaml.safe_dump(given, allow_unicode=True)] if given else []
    waiting = ("\n".join(f"# {line.strip()}" for line in asked(one).splitlines()) + f"\n{one.id}:" for one in questions)
    return "\n\n".join(["# รหัสคำถาม: คำตอบ (question: answer)", *answered, *waiting]) + "\n"
