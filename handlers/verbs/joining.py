"""Verbs of joining: the code, the school, the notice."""

from handlers import invites, joining_requests, my_data, persons, standing
from handlers.flows.joining import CODE, NOTICE, SCHOOL
from handlers.invites import Invited, Reason, Refused
from handlers.messages.values import Act, Choice, Say
from handlers.standing import Standing
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import clock
from handlers.verbs.applying import waiting_words
from handlers.verbs.chatting import here
from handlers.verbs.moving import opening
from models.people import Role

NOTICE_VERSION = 1
"""Raise it when the notice's words change in substance: people are then asked to acknowledge it again."""


def _yes_or_no(invite: int) -> tuple[Choice, Choice]:
    """Return the two answers; yes is bound to what is asked, so that an old one answers nothing else."""
    return Choice(say("label.yes"), Act("yes", value=str(invite))), Choice(say("label.no"), Act("no"))


def welcome(talk: Talk) -> Turn:
    """Say what this is and what is needed; to somebody who has asked to join, that it waits."""
    return _as_it_stands(talk) or turn(Say(say("guest.welcome")))


def ask_for_code(talk: Talk) -> Turn:
    """Ask for the code; the first words of a stranger are answered with a welcome."""
    if talk.person.new:
        return turn(Say(say("guest.welcome")))
    return _as_it_stands(talk) or turn(Say(say("guest.again")))


def _as_it_stands(talk: Talk) -> Turn | None:
    words = None if talk.person.new else waiting_words(talk)
    return turn(Say(words)) if words else None


def tell_stranger(talk: Talk) -> Turn:
    """Tell somebody who is no director where to turn."""
    return turn(Say(say("guest.wrong_person")))


def tell_delegate(talk: Talk) -> Turn:
    """Tell a helper how to join; the role is remembered for the request."""
    talk.join(CODE, role=Role.DELEGATE)
    return turn(Say(say("guest.delegate")))


def tell_whom_to_call(talk: Talk) -> Turn:
    """Tell somebody who wants to talk to a person, but has not joined, where to turn."""
    return turn(Say(say("guest.human")))


def tell_private(talk: Talk) -> Turn:
    """Tell somebody who sent an identity number that it was not kept."""
    return turn(Say(say("guest.private")))


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
    if _has(talk, found):
        return _stay(talk, _already(found))
    talk.join(SCHOOL, invite=found.invite_id)
    return turn(_ask_school(found))


def _has(talk: Talk, found: Invited) -> bool:
    """Tell whether the code would give nothing new."""
    place = (found.role, found.school_id, None if found.school_id else found.agency_id)
    return place in [(one.role, one.school, None if one.school else one.agency_id) for one in talk.standings]


def _stay(talk: Talk, words: str) -> Turn:
    """Go on in the hat worn before, and say so."""
    if talk.place.flow == "joining":
        talk.leave_joining()
    return here(talk, words) if talk.stand.may_write else turn(Say(words))


def _ask_school(found: Invited) -> Say:
    district = say("joining.district", district=found.district) if found.district else ""
    place = f"{found.agency} {district}".strip() if found.school_id else ""
    where = "\n".join(filter(None, (_name(found), place)))
    return Say(say("joining.school", place=where, role=say(f"role.{found.role}")), _yes_or_no(found.invite_id))


def _name(found: Invited) -> str:
    return found.name or say("joining.everywhere")


def _already(found: Invited) -> str:
    if found.school_id:
        return say("joining.already", school=found.name)
    return say("joining.already_staff", place=_name(found), next=say(f"next.{found.role}"))


def _refusal(refused: Refused, code: str = "") -> str:
    if refused.reason == Reason.TOO_MANY and refused.again_at:
        return say("guest.too_many", until=clock(refused.again_at))
    if refused.reason == Reason.UNKNOWN:
        return say("guest.unknown_code", code=f"RG-{code[:5]}-{code[5:]}")
    return say(f"guest.{refused.reason}_code")


def ask_school_again(talk: Talk) -> Turn:
    """Ask once more whether the school is the right one."""
    return turn(Say(say("joining.school_again"), _yes_or_no(talk.place.memo["invite"])))


def not_mine(talk: Talk) -> Turn:
    """Let go of a code that was for another school."""
    if talk.standing is not None:
        return _stay(talk, say("joining.not_mine_either"))
    talk.join(CODE)
    return turn(Say(say("joining.not_mine")))


def join(talk: Talk) -> Turn:
    """Use the code up; then the notice must be acknowledged before anything of the school is shown."""
    invite: int = talk.place.memo["invite"]
    if talk.act is not None and talk.act.value != str(invite):
        return ask_school_again(talk)
    redeemed = invites.accept(talk.db, talk.channel, invite, talk.person.id, talk.now)
    if isinstance(redeemed, Refused):
        talk.join(CODE)
        return turn(Say(_refusal(redeemed)))
    joining_requests.settle(talk.db, talk.channel, talk.person.id, redeemed.invited.school_id, talk.now)
    talk.standings = standing.known(talk.db, talk.person.id, talk.now).standings
    talk.wear(_joined(talk, redeemed.invited))
    if talk.person.notice is not None:
        return welcome_joined(talk)
    talk.join(NOTICE, school=redeemed.invited.school_id)
    return turn(notice(talk))


def _joined(talk: Talk, invited: Invited) -> Standing:
    """Return the standing that a code has given."""
    role, school = invited.role, invited.school_id
    mine = [one for one in talk.standings if one.school == school and (school or one.role == role)]
    return next((one for one in mine if school or one.agency_id == invited.agency_id), (mine or talk.standings)[0])


def notice(talk: Talk) -> Say:
    """Return the privacy notice (PDPA s.23) with its two answers."""
    buttons = (
        Choice(say("label.acknowledge"), Act("acknowledge")),
        Choice(say("label.paper"), Act("no"), word=say("label.paper")),
    )
    return Say(say("joining.notice", agency=my_data.responsible(talk)), buttons)


def ask_notice_again(talk: Talk) -> Turn:
    """Show the notice again with the way on."""
    return turn(Say(say("joining.notice_again")), notice(talk))


def use_paper(talk: Talk) -> Turn:
    """Tell how to report without the bot."""
    buttons = (Choice(say("label.acknowledge"), Act("acknowledge")),)
    return turn(Say(say("joining.paper", agency=talk.stand.agency), buttons))


def acknowledge(talk: Talk) -> Turn:
    """Note that the notice was read, and open the report."""
    persons.note_acknowledged(talk.db, talk.person.id, NOTICE_VERSION, talk.now)
    school = talk.place.memo.get("school")
    talk.wear(next((one for one in talk.standings if one.school == school), talk.stand))
    return welcome_joined(talk)


def welcome_joined(talk: Talk) -> Turn:
    """Say that all is ready, and offer to begin."""
    at = talk.stand
    talk.go_home(opened=at.round is not None)
    if not at.may_write:
        place = at.place_name or say("joining.everywhere")
        words = say("joining.joined_other", role=say(f"role.{at.role}"), school=place, next=say(f"next.{at.role}"))
        return turn(Say(words))
    joined = Say(say("joining.joined", school=at.school_name))
    if at.round is None:
        return turn(joined, Say(say("report.no_round", agency=at.agency)))
    begin = (Choice(say("label.start"), Act("report")), Choice(say("label.help"), Act("help")))
    return turn(joined, Say(f"{opening(talk)}\n\n{say('report.begin')}", begin))
