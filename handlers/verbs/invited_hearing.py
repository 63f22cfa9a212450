"""What is heard about meetings, in every hat: answers, questions, check-in codes. The one way into them.

Words are taken for an answer only where nothing else is asked, or where they can only mean the meeting: in the middle
of a report "ไปครับ" answers its question. Who is invited to nothing is not asked about anything.
"""

from collections.abc import Callable

from handlers import reports, standing
from handlers.checkin_words import is_oneself
from handlers.dialog import Flow
from handlers.flows.coordinating import COORDINATING
from handlers.flows.invited import ACTS, MEETING, NAME, POSITION, REASON, WHICH
from handlers.flows.report import OFFER
from handlers.flows.reviewing import REVIEWING
from handlers.flows.viewing import VIEWING
from handlers.heard import Kind
from handlers.messages.values import Act, Say
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs import checking_in, invited_answering, invited_asking, invited_place
from handlers.verbs.invited_targets import mine
from handlers.words import Intent, Understood, number_alone, order, understand
from handlers.words.meeting_slots import says_later, sends
from handlers.words.meeting_words import MeetingWords, about_school, meeting_words

VERBS: dict[str, Callable[[Talk], Turn]] = {
    "answer_meeting": invited_answering.answer_meeting,
    "give_meeting_calendar": invited_asking.give_meeting_calendar,
    "leave_meeting": invited_place.leave_meeting,
    "pick_meeting": invited_answering.pick_meeting,
    "show_meetings": invited_asking.show_meetings,
    "skip_meeting_words": invited_answering.skip_meeting_words,
    "take_delegate_name": invited_answering.take_delegate_name,
    "take_delegate_position": invited_answering.take_delegate_position,
    "take_meeting_reason": invited_answering.take_meeting_reason,
    "tell_how_to_check_in": checking_in.tell_how,
    "tell_meeting_contact": invited_asking.tell_meeting_contact,
    "tell_meeting_docs": invited_asking.tell_meeting_docs,
    "tell_meeting_link": invited_asking.tell_meeting_link,
    "tell_meeting_place": invited_asking.tell_meeting_place,
    "tell_meeting_when": invited_asking.tell_meeting_when,
}
"""What answers a move of the flow of meetings."""
_STAFF: dict[str, Flow] = {flow.name: flow for flow in (REVIEWING, COORDINATING, VIEWING)}
_WORDS = (NAME, POSITION, REASON)
"""Steps at which any words are taken."""
_NO_NAMES = frozenset({"meeting_online", "meeting_room", "meeting_no", "meeting_coming", "meeting_show", "checkin"})
"""What is understood where a name or position is asked for: nobody is called so."""
_INSTEAD = frozenset({"meeting_online", "meeting_room", "meeting_coming", "meeting_delegate"})
"""What is understood where a reason is asked for."""
_AWAY = frozenset(
    {
        Intent.REPORT,
        Intent.START,
        Intent.MENU,
        Intent.HELP,
        Intent.STATUS,
        Intent.SUMMARY,
        Intent.SWITCH,
        Intent.SUBMIT,
        Intent.CODE,
        Intent.HUMAN,
        Intent.MY_DATA,
    }
)
"""What leads away from a question about a meeting."""
_MAY_MEAN = frozenset(
    {
        Intent.MEETING,
        Intent.DELEGATE,
        Intent.UNKNOWN,
        Intent.ANSWER,
        Intent.SMALLTALK,
        Intent.SKIP,
        Intent.PAUSE,
        Intent.NO,
        Intent.HUMAN,
    }
)
"""What words may be understood as elsewhere that are an answer to a meeting all the same."""


def hear(talk: Talk) -> Turn | None:
    """Answer what is about a meeting; None where it is about something else, which is then heard as ever."""
    here = invited_place.stands_here(talk)
    if not here:
        invited_place.leave(talk)
    if talk.heard.kind not in (Kind.TEXT, Kind.POSTBACK):
        return _other_kind(talk, here)
    if talk.in_ticket and talk.heard.kind == Kind.TEXT and not here:
        return checking_in.hear_code(talk)
    if (checked := checking_in.hear(talk)) is not None:
        return checked
    key = _tapped(talk) if talk.heard.kind == Kind.POSTBACK else _typed(talk, here)
    if key is None:
        invited_place.leave(talk)
        return None
    return _answer(talk, MEETING.hear(talk.place.step if here else HOME, key).do)


def _answer(talk: Talk, does: str) -> Turn | None:
    turned = VERBS[does](talk)
    return turned if turned.said else None  # left without a word: what was said is heard by the talk it belongs to


def _other_kind(talk: Talk, here: bool) -> Turn | None:
    """Hear a picture or a sticker: where words are asked for, they are asked for once more; else it is the talk's."""
    if here and talk.place.step in _WORDS and talk.heard.kind not in (Kind.EDITED, Kind.FOLLOW, Kind.UNSEND):
        return _answer(talk, MEETING.hear(talk.place.step, Intent.ANSWER).do)
    if here and talk.heard.kind not in (Kind.EDITED, Kind.UNSEND):
        invited_place.leave(talk)
    return None


def _tapped(talk: Talk) -> str | None:
    act = Act.read(talk.heard.data)
    if act is None or act.do not in ACTS:
        return None
    talk.act, talk.meeting = act, MeetingWords(act.do)
    return act.do


def _typed(talk: Talk, here: bool) -> str | None:
    """Return what words mean at the step where one stands; None where they are not about a meeting."""
    text = talk.heard.text
    if here and talk.place.step in _WORDS:
        return _words(talk)
    if here and talk.place.step == WHICH and number_alone(text) is not None:
        return "meeting_pick"
    if not here and _is_order(talk, talk.place.flow, talk.place.step):
        return None
    said = meeting_words(text, asking=not here and not _rests(talk))
    if said is None:
        return _elsewhere(talk) if here else None
    if not said.named and not here and not _may_mean(talk):
        return None
    if not here and not mine(talk):
        return None
    talk.meeting = said
    return said.does


def _elsewhere(talk: Talk) -> str | None:
    """Return what other words mean where a meeting is asked about: a name of the list, or something else entirely."""
    meant = understand(talk.heard.text, asking=True)
    return None if meant.intent in _AWAY or talk.place.step != WHICH else str(Intent.ANSWER)


def _words(talk: Talk) -> str | None:
    """Return what is said where a name, a position or a reason is asked for: nearly all of it is just that."""
    text = talk.heard.text
    meant = understand(text, asking=True)
    if _leads_away(talk, meant) or _is_order(talk, invited_place.flow_before(talk), HOME):
        return None
    if says_later(text):
        talk.meeting = MeetingWords("meeting_skip")
        return "meeting_skip"
    said = meeting_words(text, asking=True) or _another_answer(talk)
    if said is not None:
        talk.meeting = said
        return said.does
    if meant.sure and meant.intent in MEETING.step(talk.place.step).hears:  # type: ignore[union-attr]
        talk.meeting = MeetingWords("meeting_skip")
        return str(meant.intent)
    return str(Intent.ANSWER)


def _leads_away(talk: Talk, meant: Understood) -> bool:
    """Tell whether words are surely not what is asked for: a name is no command; a reason may sound like one."""
    if talk.place.step == REASON:
        return meant.sure and meant.intent in _AWAY
    known = MEETING.step(talk.place.step)
    stays = known is not None and meant.intent in known.hears
    other = meant.intent not in (Intent.ANSWER, Intent.SENSITIVE, Intent.MEETING, Intent.DELEGATE) and not stays
    return (meant.sure and other) or about_school(talk.heard.text)


def _another_answer(talk: Talk) -> MeetingWords | None:
    """Understand another answer where a name or a reason is asked for ("ไม่ส่งแล้ว ไปเอง", "ออนไลน์")."""
    text = talk.heard.text
    if talk.place.step == REASON:
        return _instead_of_reason(text)
    if is_oneself(text):
        return MeetingWords("meeting_coming")
    said = meeting_words(text, asking=False)
    if said is None or not (said.does in _NO_NAMES or (said.does == "meeting_delegate" and sends(text))):
        return None
    return said if _may_mean(talk) else None


def _instead_of_reason(text: str) -> MeetingWords | None:
    """Understand what the card's buttons say, typed; a reason may say all else, also of another meeting."""
    said = meeting_words(text, asking=False, whole=True) if say("meeting_answers.word") not in text else None
    return said if said is not None and said.does in _INSTEAD else None


def _rests(talk: Talk) -> bool:
    """Tell whether nothing else is asked of the person now."""
    if talk.late or _quotes_us(talk):
        return not talk.late
    flow = _STAFF.get(talk.place.flow)
    step = flow.step(talk.place.step) if flow else None
    return not step.asks if step is not None else talk.place.step in (HOME, OFFER)


def _is_order(talk: Talk, flow: str, step: str) -> bool:
    """Tell whether words are an order where a member of staff stands, or stood before the meeting was asked about."""
    known = _STAFF.get(flow)
    here = known.step(step) if known else None
    typed = order(talk.heard.text, asking=here is None or here.asks) if known else None
    return here is not None and typed is not None and typed.name in here.hears


def _quotes_us(talk: Talk) -> bool:
    """Tell whether something is quoted that is no question of a report, nor the person's own: a notice, then."""
    quoted = talk.heard.quoted_id
    if quoted is None or talk.question is None:
        return False
    return standing.question_of_message(talk.db, talk.channel, quoted) is None and not _is_own(talk, quoted)


def _is_own(talk: Talk, quoted: str) -> bool:
    return reports.part_of_message(talk.db, talk.channel, quoted) is not None


def _may_mean(talk: Talk) -> bool:
    """Tell whether words that do not name the meeting may mean it: not where they surely mean something else."""
    meant = understand(talk.heard.text, asking=False)
    return not meant.sure or meant.intent in _MAY_MEAN


def hear_guest(talk: Talk) -> Turn | None:
    """Tell somebody who has not joined what to do before a meeting can be answered; None for all else."""
    if talk.heard.kind == Kind.POSTBACK:
        act = Act.read(talk.heard.data)
        return turn(Say(say("meeting_answers.guest"))) if act and act.do in ACTS else None
    return checking_in.hear_stranger(talk) or _guest_typed(talk)


def _guest_typed(talk: Talk) -> Turn | None:
    said = meeting_words(talk.heard.text, asking=True) if talk.heard.kind == Kind.TEXT else None
    return turn(Say(say("meeting_answers.guest"))) if said is not None else None
