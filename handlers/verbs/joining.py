"""Verbs of joining: the code, the school, the notice."""

from handlers import invites, standing
from handlers.flows.joining import CODE, NOTICE, SCHOOL
from handlers.invites import Invited, Reason, Refused
from handlers.messages.values import Act, Choice, Say
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import clock
from handlers.verbs.chatting import here
from handlers.verbs.moving import opening

NOTICE_VERSION = 1
"""Raise it when the notice's words change in substance: people are then asked to acknowledge it again."""

_YES_OR_NO = (Choice(say("label.yes"), Act("yes")), Choice(say("label.no"), Act("no")))


def welcome(talk: Talk) -> Turn:
    """Say what this is and what is needed."""
    return turn(Say(say("guest.welcome")))


def ask_for_code(talk: Talk) -> Turn:
    """Ask for the code; the first words of a stranger are answered with a welcome."""
    return welcome(talk) if talk.person.new else turn(Say(say("guest.again")))


def tell_stranger(talk: Talk) -> Turn:
    """Tell somebody who is no director where to turn."""
    return turn(Say(say("guest.wrong_person")))


def tell_delegate(talk: Talk) -> Turn:
    """Tell a helper how to join."""
    return turn(Say(say("guest.delegate")))


def tell_scam(talk: Talk) -> Turn:
    """Say that a link was not followed."""
    return turn(Say(say("chat.scam")))


def look_at_code(talk: Talk) -> Turn:
    """Show what a code stands for, or say why it is not accepted."""
    code = invites.looks_like_code(talk.heard.text)
    if code is None:
        return ask_for_code(talk)
    found = invites.look(talk.db, talk.channel, code, talk.person.id, talk.now)
    if isinstance(found, Refused):
        return turn(Say(_refusal(found, code)))
    if any(one.school == found.school_id and one.role == found.role for one in talk.standings):
        return here(talk, say("joining.already", school=found.name))
    talk.join(SCHOOL, invite=found.invite_id)
    return turn(_ask_school(found))


def _ask_school(found: Invited) -> Say:
    place = " ".join(
        part for part in (found.agency, found.district and say("joining.district", district=found.district)) if part
    )
    words = say(
        "joining.school", school=found.name or say("joining.everywhere"), place=place, role=say(f"role.{found.role}")
    )
    return Say(words, _YES_OR_NO)


def _refusal(refused: Refused, code: str = "") -> str:
    if refused.reason == Reason.TOO_MANY and refused.again_at:
        return say("guest.too_many", until=clock(refused.again_at))
    if refused.reason == Reason.UNKNOWN:
        return say("guest.unknown_code", code=f"RG-{code[:5]}-{code[5:]}")
    return say(f"guest.{refused.reason}_code")


def ask_school_again(talk: Talk) -> Turn:
    """Ask once more whether the school is the right one."""
    return turn(Say(say("joining.school_again"), _YES_OR_NO))


def not_mine(talk: Talk) -> Turn:
    """Let go of a code that was for another school."""
    if talk.standing is not None:
        talk.go_home()
        return here(talk, say("joining.not_mine_either"))
    talk.join(CODE)
    return turn(Say(say("joining.not_mine")))


def join(talk: Talk) -> Turn:
    """Use the code up; then the notice must be acknowledged before anything of the school is shown."""
    if not talk.understood.sure:
        return ask_school_again(talk)
    redeemed = invites.accept(talk.db, talk.channel, talk.place.memo["invite"], talk.person.id, talk.now)
    if isinstance(redeemed, Refused):
        talk.join(CODE)
        return turn(Say(_refusal(redeemed)))
    _, talk.standings = standing.standings(talk.db, talk.person.id, talk.now)
    talk.place.school = redeemed.invited.school_id
    talk.forget_report()
    if talk.person.notice is not None:
        return welcome_joined(talk)
    talk.join(NOTICE, school=redeemed.invited.school_id)
    return turn(notice(talk))


def notice(talk: Talk) -> Say:
    """Return the privacy notice (PDPA s.23) with its two answers."""
    buttons = (
        Choice(say("label.acknowledge"), Act("acknowledge")),
        Choice(say("label.paper"), Act("no"), word=say("label.paper")),
    )
    return Say(say("joining.notice", agency=talk.stand.agency), buttons)


def ask_notice_again(talk: Talk) -> Turn:
    """Show the notice again with the way on."""
    return turn(Say(say("joining.notice_again")), notice(talk))


def use_paper(talk: Talk) -> Turn:
    """Tell how to report without the bot."""
    buttons = (Choice(say("label.acknowledge"), Act("acknowledge")),)
    return turn(Say(say("joining.paper", agency=talk.stand.agency), buttons))


def acknowledge(talk: Talk) -> Turn:
    """Note that the notice was read, and open the report."""
    standing.note_acknowledged(talk.db, talk.person.id, NOTICE_VERSION, talk.now)
    talk.place.school = talk.place.memo.get("school", talk.place.school)
    talk.forget_report()
    return welcome_joined(talk)


def welcome_joined(talk: Talk) -> Turn:
    """Say that all is ready, and offer to begin."""
    at = talk.stand
    talk.go_home(opened=at.round is not None)
    if not at.may_write:
        return turn(Say(say("joining.joined_other", role=say(f"role.{at.role}"), school=at.place_name)))
    joined = Say(say("joining.joined", school=at.school_name))
    if at.round is None:
        return turn(joined, Say(say("report.no_round", agency=at.agency)))
    begin = (Choice(say("label.start"), Act("report")), Choice(say("label.help"), Act("help")))
    return turn(joined, Say(f"{opening(talk)}\n\n{say('report.begin')}", begin))
