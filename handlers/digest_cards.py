"""The card of a digest (Flex): numbers, bars, a row for each agency. Its alt text says the same."""

from collections.abc import Sequence
from typing import Any

from handlers.cards import AMBER, GREEN, INK, QUIET, bubble, column, text
from handlers.counting import Counts
from handlers.digests import Digest, Numbers, Row
from handlers.messages import limits
from handlers.messages.build import button, shorten
from handlers.messages.values import Act, Card, Choice
from handlers.reminders_ladder import ladder
from handlers.texts import say
from handlers.thai import day

ROWS = 12
"""Agencies in one bubble; a row is some 1,000 bytes of its 30,000."""
WAITING, DRAFT, UNBEGUN = "#6FB59B", "#9AA5B1", "#DDE2E8"
_COLOURS = {"verified": GREEN, "waiting": WAITING, "returned": AMBER, "draft": DRAFT, "unbegun": UNBEGUN}
"""The parts of a bar, in their order."""
_LINES = {
    "verified": "digest.verified",
    "waiting": "digest.waiting",
    "returned": "digest.returned",
    "draft": "digest.draft",
    "unbegun": "digest.unbegun",
}


def card(
    digest: Digest, before: Numbers | None = None, *, unasked: bool = False, names: bool = True, start: int = 0
) -> Card:
    """Return the card of a digest.

    before: numbers of the one to compare with; unasked: nobody asked for it, so it says how to stop it; names: lists of
    schools can be opened from it; start: the first agency shown.
    """
    title = say("digest.title", day=day(digest.day))
    under = say("digest.under", place=digest.place, round=digest.title)
    head = [say("digest.sent", schools=digest.counts.schools, sent=digest.counts.sent), *_change(digest, before)]
    lines, rows = _lines(digest.counts, digest.meetings, names=names), digest.rows[start : start + ROWS]
    more = len(digest.rows) - start - len(rows)
    ends = _ends(digest, more, names=names, unasked=unasked)
    alt = "\n".join([f"{title} · {under}", " ".join(head), *(line for _, line in lines), *map(_row_words, rows), *ends])
    body = [text(head[0], weight="bold"), *(text(one, size="sm", color=GREEN) for one in head[1:])]
    body += [_bar(digest.counts, "12px"), *(_line(digest, kind, line, names=names) for kind, line in lines)]
    body += [{"type": "separator"}] if rows else []
    body += [_row(row) for row in rows]
    body += [{"type": "separator"}, *(text(one, size="sm", color=QUIET) for one in ends)]
    buttons, choices = _buttons(digest, start if more > 0 else None, names=names)
    return Card(alt, bubble(title, under, body, buttons), choices)


def _change(digest: Digest, before: Numbers | None) -> list[str]:
    """Return how many more have sent than the last digest said, as one line, or none."""
    more = digest.counts.sent - before["sent"] if before else 0
    if more == 0:
        return []
    return [say("digest.more", n=more) if more > 0 else say("digest.fewer", n=-more)]


def _lines(counts: Counts, meetings: Sequence[str], *, names: bool) -> list[tuple[str, str]]:
    """Return the lines of a digest with what each is about; nothing is said of what there is none of."""
    found = [(kind, say(key, n=getattr(counts, kind))) for kind, key in _LINES.items() if getattr(counts, kind)]
    if counts.overdue:
        late = say("digest.overdue", n=counts.overdue, days=ladder().deadline)
        found = [(kind, f"{line} {late}" if kind == "waiting" else line) for kind, line in found]
    found += [("unlinked", say("digest.unlinked", n=counts.unlinked))] if counts.unlinked else []
    found += [("asks", say("digest.asks", n=counts.asks))] if counts.asks and names else []
    return [*found, *(("meetings", line) for line in meetings)]


def _ends(digest: Digest, more: int, *, names: bool, unasked: bool) -> list[str]:
    """Return the last lines: what there is besides, what to do next."""
    left = [say("digest.rows_more", n=more)] if more > 0 else []
    if not digest.counts.unsent:
        left.append(say("digest.all_sent"))
    following = "digest.next" if digest.counts.unsent else "digest.next_all_sent"
    left.append(say(following) if names else say("digest.next_numbers"))
    return [*left, say("digest.how_to_stop")] if unasked else left


def _line(digest: Digest, kind: str, words: str, *, names: bool) -> dict[str, Any]:
    dot = {
        "type": "box",
        "layout": "vertical",
        "contents": [{"type": "filler"}],
        "width": "12px",
        "height": "12px",
        "cornerRadius": "6px",
        "backgroundColor": _COLOURS.get(kind, "#FFFFFF"),
        "borderColor": _COLOURS.get(kind, QUIET),
        "borderWidth": "1px",
        "flex": 0,
    }
    made = {"type": "box", "layout": "horizontal", "contents": [dot, text(words, size="sm")], "spacing": "md"}
    made["alignItems"] = "center"
    return made | ({"action": _tap(words, _opens(digest, kind))} if names else {})


def _opens(digest: Digest, kind: str) -> Act:
    own = kind in ("asks", "meetings")
    return Act(kind) if own else Act("schools", question=kind, value=str(digest.scope))


def _tap(words: str, act: Act) -> dict[str, Any]:
    return {
        "type": "postback",
        "label": shorten(words, limits.TEMPLATE_LABEL_GRAPHEMES),
        "data": act.data(),
        "displayText": words,
    }


def _row_words(row: Row) -> str:
    return say("digest.row", name=row.name, sent=row.counts.sent, schools=row.counts.schools)


def _row(row: Row) -> dict[str, Any]:
    numbers = say("digest.row_numbers", sent=row.counts.sent, schools=row.counts.schools)
    named = {
        "type": "box",
        "layout": "horizontal",
        "contents": [text(row.name, size="sm", flex=1), text(numbers, size="sm", color=INK, flex=0, align="end")],
        "spacing": "md",
    }
    act = _tap(row.name, Act("numbers", value=str(row.agency)))
    return column([named, _bar(row.counts, "8px")], spacing="xs", action=act)


def _bar(counts: Counts, height: str) -> dict[str, Any]:
    """Return a bar whose parts are as wide as their share of the schools."""
    shares = widths([getattr(counts, kind) for kind in _COLOURS])
    parts = [
        {
            "type": "box",
            "layout": "vertical",
            "contents": [{"type": "filler"}],
            "width": f"{share}%",
            "height": height,
            "backgroundColor": colour,
            "flex": 0,
        }
        for share, colour in zip(shares, _COLOURS.values(), strict=True)
        if share
    ]
    return {
        "type": "box",
        "layout": "horizontal",
        "contents": parts or [{"type": "filler"}],
        "height": height,
        "cornerRadius": "4px",
        "backgroundColor": UNBEGUN,
    }


def widths(numbers: Sequence[int]) -> list[int]:
    """Return shares in whole percent that add up to 100; one that is not nothing is at least 1."""
    whole = sum(numbers)
    if not whole:
        return [0] * len(numbers)
    shares = [max(1, round(100 * number / whole)) if number else 0 for number in numbers]
    shares[shares.index(max(shares))] += 100 - sum(shares)
    return shares


def _buttons(digest: Digest, start: int | None, *, names: bool) -> tuple[list[dict[str, Any]], tuple[Choice, ...]]:
    """Return the buttons in the card and those below it, which LINE for PC does not show. start: of the rows shown."""
    scope = str(digest.scope)
    acts = [("schools", Act("schools", value=scope)), ("nudge", Act("nudge", value=scope))] if names else []
    acts = acts if digest.counts.unsent else []
    if start is not None:
        acts.append(("more_rows", Act("numbers", revision=start + ROWS, value=scope)))
    buttons = [button(say(f"label.{name}"), act, primary=not place) for place, (name, act) in enumerate(acts)]
    more = [("asks", Act("asks"))] if names and digest.counts.asks else []
    subscribing = [(name, Act(name, value=scope)) for name in ("digest_weekly", "digest_stop")] if names else []
    return buttons, tuple(Choice(say(f"label.{name}"), act) for name, act in (*acts, *more, *subscribing))
