"""Verbs of a coordinator about what speaking first costs: the month's budget, and whom no message reaches."""

from datetime import timedelta
from typing import Any

from handlers import agencies, audit, budget, quota
from handlers.budget import Ledger
from handlers.cards import AMBER, GREEN, QUIET, bubble, column, text
from handlers.digest_cards import widths
from handlers.messages.values import Act, Card, Choice, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, moment
from handlers.unreachable import Unreachable, Why, unreachable
from handlers.verbs.listing import desk

SHOWN = 20
"""Schools listed at once, far below what a bubble holds."""
_WAITING, _PLANNED, _REST = "#6FB59B", "#C4CBD3", "#EEF1F4"


def show_quota(talk: Talk) -> Turn:
    """Show the month's paid messages: used, waiting, still to come, and what to do about it."""
    return turn(card(budget.ledger(talk.db, talk.channel, talk.now), talk))


def card(found: Ledger, talk: Talk) -> Card:
    """Return the card of a month's budget; its alt text says the same."""
    last = quota.month_end(talk.now).date() - timedelta(days=1)
    title, under = say("quota.title"), say("quota.until", day=day(last))
    lines, advice = _lines(found), _advice(found)
    rows = [text(line, size="sm") for line in lines]
    body = [text(_head(found), weight="bold"), *_bars(found), *rows, {"type": "separator"}]
    body += [text(advice, size="sm", color=AMBER if found.short or _too_much(found) else QUIET)]
    choices = (Choice(say("label.unreachable"), Act("unreachable")), desk())
    return Card(
        "\n".join([f"{title} · {under}", _head(found), *lines, advice]), bubble(title, under, body, []), choices
    )


def _head(found: Ledger) -> str:
    if not found.known:
        return say("quota.unknown")
    if found.allowed is None:
        return say("quota.unlimited", used=found.used)
    return say("quota.left", left=found.left, allowed=found.allowed)


def _lines(found: Ledger) -> list[str]:
    """Return what is used and will be, one a line."""
    lines = [say("quota.used", used=found.used, ours=found.ours)]
    if found.asked_at is not None:
        lines.append(say("quota.line", used=found.line_used, at=moment(found.asked_at)))
    lines += [say("quota.waiting", n=found.waiting)] if found.waiting else []
    lines += [say("quota.planned", n=found.planned)] if found.planned else []
    lines.append(say("quota.forecast", n=found.forecast))
    if found.short:
        kinds = ", ".join(say(f"quota.class.{one}") for one in found.short)
        lines.append(say("quota.waits", kinds=kinds))
    return lines


def _too_much(found: Ledger) -> bool:
    return found.allowed is not None and found.forecast > found.allowed


def _advice(found: Ledger) -> str:
    if found.closed:
        return say("quota.do_closed")
    if found.left == 0:
        return say("quota.do_spent")
    if _too_much(found) or found.short:
        return say("quota.do_save")
    return say("quota.do_nothing")


def _bars(found: Ledger) -> list[dict[str, Any]]:
    """Return the month as a bar: used, waiting, still to come, the rest; nothing where there is no limit."""
    if not found.allowed:
        return []
    parts = [found.used, found.waiting, found.planned, max(0, found.allowed - found.forecast)]
    shares = zip(widths(parts), (GREEN, _WAITING, _PLANNED, _REST), strict=True)
    pieces = [
        column([{"type": "filler"}], width=f"{share}%", height="12px", backgroundColor=colour, flex=0)
        for share, colour in shares
        if share
    ]
    return [{"type": "box", "layout": "horizontal", "contents": pieces, "cornerRadius": "6px"}] if pieces else []


def show_unreachable(talk: Talk) -> Turn:
    """List the schools of one's scope that LINE does not reach, and why.

    Numbers to call are for coordinators of the agency and the offices above it, not for the whole province's; that they
    were seen is audited.
    """
    reach = agencies.reach(talk.db, talk.channel, talk.stand.agency_id)
    found = unreachable(talk.db, talk.channel, reach, talk.now)
    if not found:
        return turn(Say(say("unreachable.none"), (desk(),)))
    shown = found[:SHOWN]
    audit.note(talk.db, talk.channel, "unreachable.viewed", talk.now, person=talk.person.id, schools=len(shown))
    rows = [_row(place, one, phones=reach is not None) for place, one in enumerate(shown, 1)]
    more = [say("unreachable.more", n=len(found) - len(shown))] if len(found) > len(shown) else []
    head = say("unreachable.head", n=len(found))
    return turn(Say("\n\n".join([head, *rows, *more, say("unreachable.how")]), (desk(),)))


def _row(place: int, one: Unreachable, *, phones: bool) -> str:
    why = say("unreachable.blocked" if one.why == Why.BLOCKED else "unreachable.nobody")
    known = {"n": place, "school": one.name, "district": one.district, "agency": one.agency, "why": why}
    if not (phones and one.phone):
        return say("unreachable.row", **known)
    return say("unreachable.row_phone", **known, phone=one.phone)
