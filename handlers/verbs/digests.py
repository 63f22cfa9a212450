"""Verbs of digests: how a round stands, typed at any time; and who gets digests unasked."""

from handlers import audit, counting, digest_cards, digests, digests_telling
from handlers.digests import Digest, Snapshot
from handlers.digests_asked import bare
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number
from handlers.standing import HOME, Standing
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.schools import not_this_hat
from models.digests import WHOLE, Wants
from models.people import Role

NAMED = 12
"""Agencies named at most where none was found."""
_OF_AGENCIES = frozenset({"numbers", "schools", "unbegun_schools", "unlinked_schools", "nudge"})
"""Orders behind which an agency may be named."""
_WANTS = {"digest_daily": Wants.DAILY, "digest_weekly": Wants.WEEKLY, "digest_stop": Wants.NONE}
_WANTED = {Wants.DAILY: "digest.wants_daily", Wants.WEEKLY: "digest.wants_weekly", Wants.NONE: "digest.wants_none"}


# Scope ------------------------------------------------------------------------------------------------------------


def tapped(talk: Talk) -> Act | None:
    """Return the button that was tapped, None where words were typed."""
    return Act.read(talk.heard.data) if talk.heard.kind == Kind.POSTBACK else None


def own_scope(one: Standing) -> int | None:
    """Return what somebody answers for: an agency, or the whole channel; None where it is nothing."""
    if one.role not in (Role.COORDINATOR, Role.VERIFIER, Role.VIEWER):
        return None
    if one.agency_id is None:
        return None if one.role == Role.VERIFIER else WHOLE
    return one.agency_id


def reaches(known: Snapshot, one: Standing, scope: int) -> bool:
    """Tell whether a scope lies within what somebody answers for."""
    own = own_scope(one)
    return own is not None and (own == WHOLE or scope == own or scope in known.within(own))


def scope_meant(talk: Talk, known: Snapshot) -> int | Turn:
    """Return the scope that a button or words name, or one's own; what to say where it is not one's own.

    A button of another hat of one's own says so; one that nobody gave the person is refused and audited.
    """
    act = tapped(talk)
    own = own_scope(talk.stand)
    if act is None or act.value is None:
        words = _words(talk)
        if words:
            return _named(talk, known, words)
        return own if own is not None else refused(talk)
    scope = number(act.value)
    exists = scope is not None and (scope == WHOLE or scope in known.book.names)
    if scope is None or not exists or not reaches(known, talk.stand, scope):
        others = [one for one in talk.standings if one is not talk.stand and not one.may_write]
        mine = [one for one in others if exists and scope is not None and reaches(known, one, scope)]
        return not_this_hat(mine[0]) if mine else refused(talk)
    return scope


def refused(talk: Talk) -> Turn:
    """Refuse what is outside the scope; it is audited, for no button of the person's does this."""
    audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why="digest")
    return turn(Say(say("schools.refused"), (choice("numbers"),)))


def _words(talk: Talk) -> str:
    """Return the words behind an order that name an agency: "สรุป 3" is area 3."""
    if talk.order is None or talk.order.name not in _OF_AGENCIES:
        return ""
    area = f"เขต {talk.order.number}" if talk.order.number is not None and not talk.order.rest else ""
    return bare(talk.order.rest) or area


def _named(talk: Talk, known: Snapshot, words: str) -> int | Turn:
    own, book = own_scope(talk.stand), known.book
    mine = known.within(own) if own is not None else frozenset()
    sure = book.find(words)
    may_be = [sure] if sure is not None else book.may_be(words)
    within = [one for one in may_be if one in mine]
    if len(within) == 1:
        return within[0]
    if within:
        names = _names([book.names[one] for one in within])
        return turn(Say(say("digest.which_agency", words=words, names=names), (choice("numbers"),)))
    place = known.place(own) if own is not None else talk.stand.place_name
    if may_be:
        return turn(Say(say("digest.foreign", place=place), (choice("numbers"),)))
    names = _names([row.name for row in known.rows(own)] if own is not None else []) or place
    return turn(Say(say("digest.no_agency", words=words, names=names), (choice("numbers"),)))


def _names(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")


def choice(do: str, **more: str | int | None) -> Choice:
    """Return a button that does what its words do when typed."""
    return Choice(say(f"label.{do}"), Act(do, **more))  # type: ignore[arg-type]


# Showing ----------------------------------------------------------------------------------------------------------


def show_digest(talk: Talk) -> Turn:
    """Show how the round stands in one's own scope, or in an agency within it; viewers hear numbers only."""
    if talk.stand.role == Role.VIEWER and talk.order and talk.order.name == "more_schools":
        more = show_more_rows(talk)
        if more is not None:
            return more
    known = digests.read(talk.db, talk.channel, talk.now)
    if known is None:
        return turn(Say(say("viewing.no_round", place=talk.stand.agency or say("joining.everywhere"))))
    scope = scope_meant(talk, known)
    if isinstance(scope, Turn):
        return scope  # where one stands stays as it is
    talk.stand_at(talk.stand.flow, HOME)
    act = tapped(talk)
    start = (act.revision or 0) if act else 0
    return _show(talk, known, scope, start)


def show_more_rows(talk: Talk) -> Turn | None:
    """Show the agencies that had no room in the digest just shown; None where there are none."""
    memo = talk.place.memo
    known = digests.read(talk.db, talk.channel, talk.now) if "rows" in memo and talk.place.step == HOME else None
    if known is None or not reaches(known, talk.stand, int(memo["scope"])):
        return None
    return _show(talk, known, int(memo["scope"]), int(memo["rows"]))


def _show(talk: Talk, known: Snapshot, scope: int, start: int) -> Turn:
    viewer = talk.stand.role == Role.VIEWER
    digest = known.numbers_only(scope) if viewer else known.digest(scope)
    if start + digest_cards.ROWS < len(digest.rows):
        talk.stand_at(talk.stand.flow, HOME, scope=scope, rows=start + digest_cards.ROWS)
    if viewer:
        return _show_numbers(talk, known, digest, start)
    own = scope == own_scope(talk.stand)
    before = digests_telling.shown(talk.db, talk.channel, talk.person.id, digest) if own else None
    return turn(digest_cards.card(digest, before, start=start))


def _show_numbers(talk: Talk, known: Snapshot, digest: Digest, start: int) -> Turn:
    own, scope = own_scope(talk.stand), digest.scope
    enough = digest.counts.schools >= counting.LEAST
    if not enough or own is None or (scope != own and not known.may_tell(own, scope)):
        return turn(Say(say("viewing.too_few", place=known.place(scope), least=counting.LEAST)))
    return turn(digest_cards.card(digest, names=False, start=start))


# Unasked ----------------------------------------------------------------------------------------------------------


def change_digest(talk: Talk) -> Turn:
    """Change when the person gets the digests of the office spoken for."""
    scope = own_scope(talk.stand)
    wants = _WANTS[talk.order.name] if talk.order else Wants.DAILY
    if scope is None:
        return refused(talk)
    digests_telling.want(talk.db, talk.channel, talk.person.id, scope, wants)
    others = [do for do, other in _WANTS.items() if other != wants]
    return turn(Say(say(_WANTED[wants]), (*(choice(do) for do in others), choice("numbers"))))
