"""Verbs of personal data, heard alike in every flow: what is kept, a copy, a correction, unlinking, erasure."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from handlers import erasures, my_data, persons, privacy
from handlers.flows.joining import NOTICE
from handlers.flows.report import EXPLAIN, WISH_WHY
from handlers.heard import Kind
from handlers.messages.values import Act, Choice, Say
from handlers.numbers import number
from handlers.talk import LAPSE, Talk, Turn, turn
from handlers.texts import say
from handlers.thai import day, today
from handlers.verbs import joining, tickets
from handlers.words import Intent, order, phone_number, understand

_LONGEST = 80
_MAY_BE = re.compile("ข้อมูล|บัญชี|ไลน์|ชื่อ|ส่วนตัว|ใคร|ระบบ|ปลอดภัย|ลับ|pdpa|dpo|logout", re.IGNORECASE)
_NO = frozenset({Intent.NO, Intent.CANCEL, Intent.NOT_YET})
_YES = frozenset({Intent.YES, Intent.CONFIRM})
_ASKING = "data"
"""Where the place's memo keeps what the person is asked: name, unlink or erase."""


def hear(talk: Talk, *, words_asked: bool) -> Turn | None:
    """Answer what is about the person's own data; None for all else. Where the person stands in a talk stays.

    words_asked: further words are asked for (a reason, say), which may be just these.
    """
    if talk.late or talk.heard.kind not in (Kind.TEXT, Kind.POSTBACK):
        return None
    wordy = words_asked or talk.place.step in (EXPLAIN, WISH_WHY)
    return _answered(talk) or (_tapped(talk) if talk.heard.kind == Kind.POSTBACK else _typed(talk, wordy))


def _tapped(talk: Talk) -> Turn | None:
    act = Act.read(talk.heard.data)
    if act is None or (act.do not in _DOES and act.do not in ("data_yes", "data_no")):
        return None
    return _DOES[act.do](talk, number(act.value)) if act.do in _DOES else _said(talk, "my_data.old")


def _typed(talk: Talk, wordy: bool) -> Turn | None:
    text = talk.heard.text
    if len(text) > _LONGEST or not _MAY_BE.search(text):
        return None
    found = order(text, asking=True)
    if found is not None and found.name not in _DOES and not _writes(talk):
        return None  # an order of staff, "คำขอลบข้อมูล" say
    if found is not None and found.name in _DOES:
        return _DOES[found.name](talk, found.number) if not wordy or found.name == "my_data" else None
    meant = understand(text, asking=True)
    return show(talk) if meant.intent == Intent.MY_DATA and meant.sure and not wordy else None


def _writes(talk: Talk) -> bool:
    return talk.standing is None or talk.stand.may_write


def show(talk: Talk, page: int | None = None) -> Turn:
    """Show what is kept of the person, and what can be asked for."""
    return turn(my_data.shown(talk))


def copy(talk: Talk, page: int | None = None) -> Turn:
    """Give a page of the copy of all that is kept of the person."""
    return turn(*my_data.copied(talk, page or 1))


def _ask(kind: str) -> Callable[[Talk, int | None], Turn]:
    def ask(talk: Talk, _: int | None = None) -> Turn:
        waits = _erasure_waits(talk) if kind == "erase" else None
        if waits is not None:
            return waits
        kind_here = "unlink" if kind == "erase" and not _ever_joined(talk) else kind  # of a stranger that is all
        talk.place.memo[_ASKING] = [kind_here, talk.heard.at.isoformat()]
        talk.moved = True
        if kind_here == "name":
            return turn(Say(say("my_data.correct.ask"), (Choice(say("label.data_no"), Act("data_no")),)))
        buttons = (
            Choice(say("label.data_yes"), Act("data_yes", value=kind_here)),
            Choice(say("label.data_no"), Act("data_no")),
        )
        sure = say("my_data.unlink.sure" if kind_here == "unlink" else "my_data.erase.sure")
        return turn(Say(f"{sure}\n\n{say('my_data.sure_hint')}", buttons))

    return ask


def contact(talk: Talk, _: int | None = None) -> Turn:
    """Say who answers for personal data, and how words reach them."""
    may_write = tickets.may_open(talk)
    way = say("my_data.officer.write" if may_write else "my_data.officer.call")
    words = f"{say('my_data.officer.shown', who=my_data.responsible(talk))}\n{way}"
    write = (Choice(say("label.data_words"), Act("data_words")),) if may_write else ()
    return turn(Say(f"{words}\n\n{my_data.way_back(talk)}", (*write, *my_data.back(talk))))


def write_words(talk: Talk, _: int | None = None) -> Turn:
    """Open a talk with the coordinators about personal data; where there are none, say whom to call."""
    opened = tickets.open_about(talk, say("my_data.officer.subject"), "my_data.officer.opened")
    return opened or contact(talk)


def _ever_joined(talk: Talk) -> bool:
    return bool(talk.standings) or bool(privacy.roles_of(talk.db, talk.channel, talk.person.id))


def _erasure_waits(talk: Talk) -> Turn | None:
    """Say until when a request that was made before is answered; None where there is none."""
    one = erasures.open_of(talk.db, talk.channel, talk.person.id)
    if one is None:
        return None
    asked, due = day(today(one.asked_at)), day(today(one.due_at))
    return _with_unlink(talk, say("my_data.erase.waits", asked=asked, due=due))


_DOES: dict[str, Callable[[Talk, int | None], Turn]] = {
    "my_data": show,
    "data_copy": copy,
    "data_officer": contact,
    "data_words": write_words,
    "data_name": _ask("name"),
    "data_unlink": _ask("unlink"),
    "data_erase": _ask("erase"),
}


# Answers to what is asked -----------------------------------------------------------------------------------------


def _answered(talk: Talk) -> Turn | None:
    """Take the answer to what is asked; whatever else is said leaves that, and is heard as ever."""
    asking = talk.place.memo.get(_ASKING)
    if not asking:
        return None
    kind, at = asking
    del talk.place.memo[_ASKING]
    talk.moved = True
    if talk.heard.at.isoformat() > at and _since(talk, at) > LAPSE:
        return None
    return _by_button(talk, kind) if talk.heard.kind == Kind.POSTBACK else _by_words(talk, kind)


def _since(talk: Talk, at: str) -> timedelta:
    return talk.heard.at - talk.heard.at.fromisoformat(at)


def _by_button(talk: Talk, kind: str) -> Turn | None:
    act = Act.read(talk.heard.data)
    if act is None or act.do not in ("data_yes", "data_no"):
        return None
    if act.do == "data_no":
        return _said(talk, "my_data.kept")
    return _SURE[kind](talk) if act.value == kind and kind in _SURE else _said(talk, "my_data.old")


def _by_words(talk: Talk, kind: str) -> Turn | None:
    meant = understand(talk.heard.text, asking=False)
    if meant.intent in _NO:
        return _said(talk, "my_data.kept")
    if kind == "name":
        return _correct(talk)
    if meant.intent in _YES:
        clear = meant.binding_to(Intent.DELETE if kind == "erase" else None) in _YES
        return _SURE[kind](talk) if clear else _DOES[f"data_{kind}"](talk, None)
    return None


def _correct(talk: Talk) -> Turn | None:
    """Note the name that was typed; what is a command, or cannot be a name, is heard as ever."""
    name, meant = persons.as_name(talk.heard.text), understand(talk.heard.text, asking=True)
    if name is None or meant.intent != Intent.ANSWER or order(talk.heard.text, asking=True) is not None:
        return None
    persons.note_name(talk.db, talk.person.id, name)
    return turn(Say(f"{say('my_data.correct.done', name=name)}\n\n{my_data.way_back(talk)}", my_data.back(talk)))


def _unlink(talk: Talk) -> Turn:
    """Forget the person; the last words still go out by the reply token, which names nobody."""
    privacy.unlink(talk.db, talk.channel, talk.person.id, talk.person.user, talk.now, by=talk.person.id)
    talk.person = replace(talk.person, user="")
    talk.standings, talk.moved = [], False
    return turn(Say(say("my_data.unlink.done")))


def _erase(talk: Talk) -> Turn:
    told = erasures.ask(talk.db, talk.channel, talk.person.id, talk.now)
    due = day(today(talk.now + erasures.TERM))
    return _with_unlink(talk, say("my_data.erase.done" if told else "my_data.erase.nobody", due=due))


def _with_unlink(talk: Talk, words: str) -> Turn:
    """Say words, and how to be forgotten at once."""
    unlink = Choice(say("label.data_unlink"), Act("data_unlink"))
    return turn(Say(f"{words}\n\n{my_data.way_back(talk)}", (unlink, *my_data.back(talk))))


_SURE: dict[str, Callable[[Talk], Turn]] = {"unlink": _unlink, "erase": _erase}


def _said(talk: Talk, key: str) -> Turn:
    return turn(Say(f"{say(key)}\n\n{my_data.way_back(talk)}", my_data.back(talk)))


# The notice, and telephone numbers --------------------------------------------------------------------------------


def must_read(talk: Talk) -> bool:
    """Tell whether the notice, as it is now, was not yet acknowledged."""
    return (talk.person.notice or 0) < joining.NOTICE_VERSION


def ask_to_read(talk: Talk) -> Turn:
    """Show the notice to somebody who has joined; an acknowledgement of older words does not count."""
    talk.join(NOTICE, school=talk.stand.school)
    if talk.person.notice is None:
        return joining.ask_notice_again(talk)
    return turn(Say(say("my_data.notice_renewed")), joining.notice(talk))


def notice_phone(talk: Talk, turned: Turn | None) -> Turn | None:
    """Ask once a report to take a telephone number out of a bubble that was just kept in it, new or edited."""
    heard = talk.heard
    wordy = heard.kind in (Kind.TEXT, Kind.EDITED) and heard.message_id is not None
    if turned is None or not turned.said or not wordy or not phone_number(heard.text):
        return turned
    report = privacy.report_of_bubble(talk.db, talk.channel, heard.message_id or "")
    if report is None or not privacy.notice_phone(talk.db, talk.channel, talk.person.id, report, talk.now):
        return turned
    told = Say(say("my_data.phone"), turned.said[-1].choices)
    return replace(turned, said=(*turned.said, told), kind="turn", wait=0.0)
