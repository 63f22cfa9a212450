"""Verbs of the lists behind a digest: which schools, page by page, and one of them; never a word of a report."""

from handlers import audit, digests, digests_schools
from handlers.digests import Snapshot
from handlers.digests_schools import Kind, Line, School
from handlers.flows.digests import SCHOOLS
from handlers.messages.values import Act, Choice, Say
from handlers.reminders_ladder import ladder
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, moment, today
from handlers.verbs.digests import choice, own_scope, reaches, refused, scope_meant, show_more_rows, tapped
from handlers.verbs.listing import desk, listed
from handlers.words import number_alone
from models.people import Role
from models.report import State

SHOWN = 9
"""Schools listed at once: each has a button, of which LINE takes thirteen."""
_TYPED = {
    "unbegun_schools": Kind.UNBEGUN,
    "unlinked_schools": Kind.UNLINKED,
    "queue": Kind.WAITING,
}
_OPEN = frozenset({Kind.UNSENT, Kind.DRAFT, Kind.UNBEGUN, Kind.RETURNED})
"""Lists of schools that may be nudged."""
_NAMES = {
    Kind.UNSENT: "schools.unsent",
    Kind.WAITING: "schools.waiting",
    Kind.OVERDUE: "schools.overdue",
    Kind.RETURNED: "schools.returned",
    Kind.DRAFT: "schools.draft",
    Kind.UNBEGUN: "schools.unbegun",
    Kind.VERIFIED: "schools.verified",
    Kind.UNLINKED: "schools.unlinked",
}
_STATES = {
    None: "schools.state_none",
    State.DRAFT: "schools.state_draft",
    State.SUBMITTED: "schools.state_submitted",
    State.REVIEWING: "schools.state_reviewing",
    State.RETURNED: "schools.state_returned",
    State.VERIFIED: "schools.state_verified",
}


def show_schools(talk: Talk) -> Turn:
    """List the schools that have not sent, or those of another kind; of one's own scope or an agency within it."""
    act = tapped(talk)
    asked = act.question if act else None
    if asked is not None and asked not in set(Kind):
        return refused(talk)
    typed = _TYPED.get(talk.order.name, Kind.UNSENT) if talk.order else Kind.UNSENT
    return _show(talk, Kind(asked) if asked else typed, (act.revision or 0) if act else 0)


def _show(talk: Talk, kind: Kind, start: int, scope: int | None = None, lead: str = "") -> Turn:
    known = _known(talk)
    if isinstance(known, Turn):
        return known
    meant = scope if scope is not None else scope_meant(talk, known)
    return meant if isinstance(meant, Turn) else turn(_list(talk, known, meant, kind, start, lead))


def _known(talk: Talk) -> Snapshot | Turn:
    if talk.stand.role not in (Role.COORDINATOR, Role.VERIFIER):
        return refused(talk)
    return digests.read(talk.db, talk.channel, talk.now) or turn(Say(say("schools.no_round"), (desk(),)))


def _list(talk: Talk, known: Snapshot, scope: int, kind: Kind, start: int, lead: str) -> Say:
    """Return a page of a list, and remember its numbers. Names are shown: that is audited."""
    shown, of = digests_schools.listed(
        talk.db, talk.channel, known.round.id, known.within(scope), kind, talk.now,
        overdue=known.overdue, start=start, most=SHOWN,
    )  # fmt: skip
    talk.stand_at(
        talk.stand.flow, SCHOOLS, listed=[one.id for one in shown], kind=kind, scope=scope, start=start, first=start + 1
    )
    named = {"what": say(_NAMES[kind], days=ladder().deadline), "place": known.place(scope)}
    back = choice("numbers", value=str(scope))
    if not shown:
        return Say("\n\n".join(filter(None, (lead, say("schools.none", **named)))), (back, desk()))
    audit.note(talk.db, talk.channel, "schools.viewed", talk.now, person=talk.person.id, schools=len(shown))
    last = start + len(shown)
    whole = last - start == of
    head = say("schools.head" if whole else "schools.head_page", of=of, first=start + 1, last=last, **named)
    rows = [_row(place, one, kind) for place, one in enumerate(shown, start + 1)]
    more = [Choice(say("label.more_schools"), Act("schools", None, kind, last, str(scope)))] if last < of else []
    nudge = [choice("nudge", value=str(scope))] if kind in _OPEN else []
    numbers = [_opens(place, one) for place, one in enumerate(shown, start + 1)]
    phones = kind == Kind.UNLINKED and talk.stand.role == Role.COORDINATOR
    how = [say("schools.how_more" if more else "schools.how"), say("schools.how_phones") if phones else ""]
    words = "\n\n".join(filter(None, (lead, head, *rows, *how)))
    return Say(words, (*more, *numbers, *nudge, back))


def _opens(place: int, one: School) -> Choice:
    return Choice(str(place), Act("one_school", value=str(one.id)))


def _row(place: int, one: School, kind: Kind) -> str:
    told = one.reached or kind == Kind.UNLINKED
    state = _state(one) if told else say("schools.no_line", state=_state(one))
    return say("schools.row", n=place, school=one.name, district=one.district, state=state)


def _state(one: School) -> str:
    return say(_STATES[one.state], when=day(today(one.submitted_at)) if one.submitted_at else "")


def show_more_schools(talk: Talk) -> Turn:
    """Show the next page of the list or of the digest that was shown; without one, the first list."""
    memo = talk.place.memo
    if talk.place.step != SCHOOLS or "kind" not in memo:
        return show_more_rows(talk) or _show(talk, Kind.UNSENT, 0)
    own = own_scope(talk.stand)
    return _show(talk, Kind(memo["kind"]), int(memo["start"]) + SHOWN, memo["scope"] if own is not None else None)


# One --------------------------------------------------------------------------------------------------------------


def pick_school(talk: Talk) -> Turn:
    """Show the school whose number was typed; anything else shows the list again."""
    said = number_alone(talk.heard.text)
    memo = talk.place.memo
    ids: list[int] = memo.get("listed") or []
    first = int(memo.get("first", 1))
    if said is not None and first <= said < first + len(ids):
        return _one(talk, ids[said - first])
    lead = say("schools.no_number", n=said) if said is not None else ""
    return _show(talk, Kind(memo.get("kind", Kind.UNSENT)), int(memo.get("start", 0)), memo.get("scope"), lead)


def show_school(talk: Talk) -> Turn:
    """Show the school of a button."""
    meant = listed(talk, "listed")
    return _one(talk, meant) if meant is not None else show_schools(talk)


def _linked(line: Line, one: School) -> str:
    if not line.roles:
        return say("schools.not_linked")
    roles = ", ".join(say(f"role.{role}") for role in line.roles)
    return say("schools.linked" if one.reached else "schools.blocked", roles=roles)


def _one(talk: Talk, school: int) -> Turn:
    """Show how a school's report stands, who has joined and when somebody was last heard; none of its words."""
    known = _known(talk)
    if isinstance(known, Turn):
        return known
    own = own_scope(talk.stand)
    within = known.within(own) if own is not None else frozenset()
    one = digests_schools.find(talk.db, talk.channel, known.round.id, within, school, talk.now)
    if one is None or not reaches(known, talk.stand, one.agency_id):
        return refused(talk)
    audit.note(talk.db, talk.channel, "school.viewed", talk.now, person=talk.person.id, school=one.id)
    line = digests_schools.line_of(talk.db, talk.channel, one.id, talk.now)
    linked = _linked(line, one)
    words = say(
        "schools.one", school=one.name, district=one.district, agency=one.agency, state=_state(one), linked=linked,
        last=moment(line.last) if line.last else say("schools.never"),
    )  # fmt: skip
    following = say("schools.one_next" if one.reached else "schools.one_next_unlinked")
    memo = talk.place.memo
    kind = str(memo.get("kind", Kind.UNSENT))
    scope = str(memo.get("scope", own))
    back = Choice(say("label.schools"), Act("schools", None, kind, int(memo.get("start", 0)), scope))
    return turn(Say(f"{words}\n\n{following}", (back, choice("numbers"), desk())))
