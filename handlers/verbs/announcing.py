"""Verbs of a coordinator who writes an announcement: its words in bubbles, a link, and to whom.

What is written is a draft in its own table, of this person and office: leaving the talk loses none of it.
"""

from handlers import agencies, announcement_asked, announcements, audit
from handlers.announcements import Announcement
from handlers.audience_said import describe, why
from handlers.audience_words import Doubt, answered, read
from handlers.audiences import Audience
from handlers.flows.announcements import LINK, WHOM, WORDS
from handlers.heard import Kind
from handlers.messages import limits
from handlers.messages.values import Act, Choice, Say
from handlers.standing import HOME
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.verbs.announcing_preview import button, draft, preview
from handlers.verbs.digests import tapped
from handlers.verbs.listing import desk
from handlers.words import Intent, Understood, clean, private_number
from models.people import SUBMITTERS, Role

OFFERED, PICKS = 8, 10
"""Agencies offered as buttons; what may be meant by one name."""
PICK = "pick"
"""How the value of a button begins that tells which of several was meant; its number in the list follows."""


def _lost(talk: Talk) -> Turn:
    """Ask for words where the draft that the talk was about is gone."""
    return _ask_words(talk, say("announce.ask_words"))


# Words ------------------------------------------------------------------------------------------------------------


def begin_announcement(talk: Talk) -> Turn:
    """Ask for the words; a draft that was left is shown. Words typed behind the order are the first bubble."""
    rest = talk.order.rest if talk.order and talk.order.name == "announcements" else ""
    if rest:
        return _take_sentence(talk, rest)
    one = draft(talk)
    return _show_draft(talk, one) if one and one.words else _ask_words(talk, say("announce.ask_words"))


def _ask_words(talk: Talk, words: str, *more: Choice) -> Turn:
    talk.stand_at(talk.stand.flow, WORDS)
    return turn(Say(words, (*more, button("announcements_sent"), desk())))


def _show_draft(talk: Talk, one: Announcement) -> Turn:
    talk.stand_at(talk.stand.flow, WORDS)
    anew = button("announce_anew", one)
    return turn(Say(say("announce.draft", words=one.words), (button("announce_enough", one), anew, desk())))


def begin_announcement_anew(talk: Talk) -> Turn:
    """Drop the draft and ask for words anew."""
    one = draft(talk)
    if one is not None:
        announcements.drop(talk.db, one)
    return _ask_words(talk, say("announce.ask_words"))


def take_announcement_words(talk: Talk) -> Turn:
    """Add a bubble to the words."""
    if tapped(talk) is not None:
        return begin_announcement(talk)
    if talk.heard.kind != Kind.TEXT:
        return _again(talk, say("announce.only_words"))
    return _take(talk, draft(talk), talk.heard.text)


def _take(talk: Talk, one: Announcement | None, said: str) -> Turn:
    words = clean(said)
    if private_number(words):
        talk.understood = Understood(Intent.SENSITIVE)  # nor is it kept with the event
        return _again(talk, say("announce.private"))
    whole = f"{one.words}\n{words}" if one and one.words else words
    if announcements.is_long(whole):
        key = "announce.long" if one and one.words else "announce.long_first"
        n = limits.graphemes(whole)
        if n <= announcements.GRAPHEMES:  # of emoji, of which one fills the place of a dozen letters
            key = "announce.heavy"
        return _again(talk, say(key, n=n, most=announcements.GRAPHEMES))
    if not words:
        return _again(talk, say("announce.no_words"))
    office = (talk.channel, talk.stand.agency_id, talk.person.id)
    one = one or announcements.begin(talk.db, *office, talk.now)
    one = announcements.add(talk.db, one, words, talk.heard.at, message=talk.heard.message_id)
    return _again(talk, say("announce.kept_words", n=limits.graphemes(one.words)))


def _take_sentence(talk: Talk, rest: str) -> Turn:
    """Take words, and to whom, where both are said in one sentence; what is in doubt is no more than words."""
    whom, words = announcement_asked.taken_apart(rest)
    to = read(talk.db, talk.channel, whom, _reach(talk), talk.now) if whom else None
    if not isinstance(to, Audience):
        return _take(talk, draft(talk), rest)
    taken = _take(talk, draft(talk), words)
    one = draft(talk)
    if one is None or not one.words:
        return taken
    one = announcements.change(talk.db, one, audience=to.data())
    known = say("announce.kept_to", whom=describe(talk.db, talk.channel, to), n=limits.graphemes(one.words))
    return _ask_words(talk, known, button("announce_enough", one))


def _again(talk: Talk, words: str) -> Turn:
    one = draft(talk)
    return _ask_words(talk, words, *([button("announce_enough", one)] if one and one.words else []))


def end_announcement_words(talk: Talk) -> Turn:
    """Take the words as they are; ask for a link, unless they hold one."""
    one = draft(talk)
    if one is None or not one.words:
        return _ask_words(talk, say("announce.no_words"))
    if one.link or "https://" in one.words:
        return _after_link(talk, one)
    return _ask_link(talk, one, say("announce.ask_link"))


def change_announcement_words(talk: Talk) -> Turn:
    """Show the words, to be added to or written anew."""
    one = draft(talk)
    return _show_draft(talk, one) if one else _lost(talk)


# The link ---------------------------------------------------------------------------------------------------------


def _ask_link(talk: Talk, one: Announcement, words: str) -> Turn:
    talk.stand_at(talk.stand.flow, LINK)
    return turn(Say(words, (button("announce_skip", one), button("cancel", label="label.announce_keep"))))


def take_announcement_link(talk: Talk) -> Turn:
    """Take the link; what is none is asked for again."""
    one = draft(talk)
    if one is None:
        return _lost(talk)
    link = announcements.good_link(clean(talk.heard.text)) if talk.heard.kind == Kind.TEXT else None
    if link is None:
        return _ask_link(talk, one, say("announce.bad_link"))
    return _after_link(talk, announcements.change(talk.db, one, link=link))


def skip_announcement_link(talk: Talk) -> Turn:
    """Go on without a link."""
    one = draft(talk)
    return _after_link(talk, announcements.change(talk.db, one, link=None)) if one else _lost(talk)


def _after_link(talk: Talk, one: Announcement) -> Turn:
    return preview(talk, one) if one.audience else _ask_whom(talk, one)


# To whom ----------------------------------------------------------------------------------------------------------


def change_announcement_audience(talk: Talk) -> Turn:
    """Ask to whom it goes once more."""
    one = draft(talk)
    return _ask_whom(talk, one) if one else _lost(talk)


def _ask_whom(talk: Talk, one: Announcement, doubt: Doubt | None = None) -> Turn:
    memo = {"doubt": doubt.memo()} if doubt and doubt.options else {}
    talk.stand_at(talk.stand.flow, WHOM, **memo)
    known = _agencies(talk)
    example = next(iter(known.values()), say("label.announce_all"))
    words = why(doubt) if doubt else say("announce.ask_whom", all=say("label.announce_all"), example=example)
    offered = [("all", say("label.announce_all")), ("verifiers", say("label.announce_verifiers"))]
    offered += [(str(number), name) for number, name in list(known.items())[:OFFERED] if len(known) > 1]
    picks = [
        (f"{PICK}{n}", f"{n}. {option.label}") for n, option in enumerate(doubt.options[:PICKS] if doubt else (), 1)
    ]
    choices = [Choice(name, Act("announce_to", revision=one.id, value=value)) for value, name in picks or offered]
    return turn(Say(words, (*choices, button("cancel", label="label.announce_keep"))))


def _agencies(talk: Talk) -> dict[int, str]:
    """Return the agencies that the office may speak to, without those under another one of them."""
    book = agencies.book(talk.db, talk.channel)
    return {one: book.names[one] for one in book.top(_reach(talk))}


def _reach(talk: Talk) -> frozenset[int] | None:
    return agencies.reach(talk.db, talk.channel, talk.stand.agency_id)


def take_announcement_audience(talk: Talk) -> Turn:
    """Take the audience, typed or tapped; what is in doubt is asked, and nothing is guessed."""
    one = draft(talk)
    if one is None:
        return _lost(talk)
    found = _tapped_audience(talk, one) if tapped(talk) else _typed_audience(talk)
    if found is None:
        audit.note(talk.db, talk.channel, "tap.refused", talk.now, person=talk.person.id, why="announcement")
        return announcement_button_is_old(talk)
    if isinstance(found, Doubt):
        return _ask_whom(talk, one, found)
    return preview(talk, announcements.change(talk.db, one, audience=found.data()))


def _typed_audience(talk: Talk) -> Audience | Doubt:
    words = talk.heard.text if talk.heard.kind == Kind.TEXT else ""
    key = (_reach(talk), talk.now)
    if doubt := talk.place.memo.get("doubt"):
        return answered(talk.db, talk.channel, doubt, words, *key)
    return read(talk.db, talk.channel, words, *key)


def _tapped_audience(talk: Talk, one: Announcement) -> Audience | Doubt | None:
    """Return the audience of a button, None where nobody here was given such a one."""
    act, within = tapped(talk), _reach(talk)
    if act is None or act.revision != one.id:
        return None
    if act.value and act.value.startswith(PICK):
        doubt = talk.place.memo.get("doubt")
        which = act.value.removeprefix(PICK)
        return answered(talk.db, talk.channel, doubt, which, within, talk.now) if doubt else None
    if act.value in ("all", "verifiers"):
        return Audience(frozenset({Role.VERIFIER}) if act.value == "verifiers" else SUBMITTERS).within(within)
    number = talk.order.number if talk.order else None
    if number not in _agencies(talk):
        return None
    return Audience(agencies=frozenset(agencies.book(talk.db, talk.channel).below(number)))


# The preview, and leaving it --------------------------------------------------------------------------------------


def show_announcement_again(talk: Talk) -> Turn:
    """Show the preview once more: what was said is no answer to it."""
    one = draft(talk)
    return preview(talk, one) if one and one.audience and one.words else begin_announcement(talk)


def keep_announcement(talk: Talk) -> Turn:
    """Leave it unsent; what was written is kept."""
    one = draft(talk)
    talk.stand_at(talk.stand.flow, HOME)
    kept = one is not None and bool(one.words)
    again = (button("announcements"),) if kept else ()
    return turn(Say(say("announce.kept" if kept else "announce.left"), (*again, desk())))


def announcement_button_is_old(talk: Talk) -> Turn:
    """Answer an old button: it does nothing."""
    return turn(Say(say("announce.old_button"), (button("announcements"), desk())))


def tell_who_announces(talk: Talk) -> Turn:
    """Tell a verifier that coordinators announce."""
    return turn(Say(say("announce.coordinators_only"), (desk(),)))
