"""The numbers as people read them."""

from collections.abc import Iterable, Sequence
from statistics import median

from tests.bench.measure import Result
from tests.bench.plan import Bar, Rounds

_HEAD = (
    "",
    "events/s",
    "÷ echo",
    "CPU ms",
    "÷ echo",
    "db",
    "webhook p50/p99",
    "reply p50/p99",
    "MB",
    "start",
    "others",
)


def line(result: Result) -> str:
    """One run, for those who watch."""
    faults = {
        "lost": result.lost,
        "twice": result.double,
        "wrong": result.wrong,
        "delivered again": result.not_200,
        "unanswered": result.unanswered,
        "over 2 s": result.over_limit,
        **result.other_calls,
    }
    database = f" + {result.database_cpu:.2f} db" if result.database_cpu else ""
    noted = ", ".join([*(f"{count} {name}" for name, count in faults.items() if count), *result.problems])
    return (
        f"{result.shape:16} {result.contestant:32} {result.per_second:6.0f}/s  {result.cpu:5.2f} ms"
        f"{database:12} webhook {result.webhook_p50:.1f}/{result.webhook_p99:.0f}"
        f"  reply {result.reply_p50:.1f}/{result.reply_p99:.0f}"
        f"  {result.memory:.0f} MB  start {result.start:.1f} s  others {result.others:.1f} cores  {noted}"
    )


def results(rounds: Rounds, echo: str) -> str:
    """Medians over the rounds, a block to each load; ratios are medians of the rounds' own."""
    shapes: dict[str, list[str]] = {}
    for one in rounds:
        for who, shape in one:
            if who not in shapes.setdefault(shape, []):
                shapes[shape].append(who)
    blocks = []
    for shape, names in shapes.items():
        rows = [_row(rounds, name, shape, echo) for name in names]
        blocks.append(f"\n{shape}\n{_aligned([_HEAD, *rows])}")
    return "\n".join(blocks)


def _row(rounds: Rounds, name: str, shape: str, echo: str) -> tuple[str, ...]:
    runs = [one[name, shape] for one in rounds if (name, shape) in one]
    pairs = [(one[name, shape], one[echo, shape]) for one in rounds if (name, shape) in one and (echo, shape) in one]

    def middle(field: str) -> float:
        return median(getattr(one, field) for one in runs)

    def ratio(field: str) -> str:
        found = [getattr(own, field) / getattr(other, field) for own, other in pairs if getattr(other, field)]
        return f"{median(found):.2f}" if found else ""

    return (
        name,
        f"{middle('per_second'):.0f}",
        ratio("per_second"),
        f"{middle('cpu'):.2f}",
        ratio("cpu"),
        f"{middle('database_cpu'):.2f}",
        f"{middle('webhook_p50'):.1f} / {middle('webhook_p99'):.0f}",
        f"{middle('reply_p50'):.1f} / {middle('reply_p99'):.0f}",
        f"{middle('memory'):.0f}",
        f"{middle('start'):.1f}",
        f"{middle('others'):.1f}",
    )


def bars(found: Iterable[Bar]) -> str:
    """What had to be reached, and was or was not."""
    rows = [("to be reached", "", "is", "", "bound", "")]
    for bar in found:
        sign = "≥" if bar.at_least else "≤"
        rows.append((bar.what, bar.contestant, f"{bar.value:.2f}", sign, f"{bar.bound:g}", "" if bar.reached else "NO"))
    return "\n" + _aligned(rows)


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 1 else cell.rjust(width) for column, (cell, width) in _cells(row, widths)
        )
        for row in rows
    )


def _cells(row: tuple[str, ...], widths: list[int]) -> Iterable[tuple[int, tuple[str, int]]]:
    return enumerate(zip(row, widths, strict=True))
