"""A verifier asks for the photos and files of a topic: a link that shows them for a few minutes."""

from collections import Counter
from typing import Any

from handlers import audit, shown_files
from handlers.cards import GREEN, QUIET, bubble, text
from handlers.messages.values import Card, Say
from handlers.questions import Topic
from handlers.review_cards import topic_choices
from handlers.reviews_view import View
from handlers.shown_files import LASTS, Grant, Shown
from handlers.talk import Talk, Turn, turn
from handlers.texts import say
from handlers.thai import clock
from handlers.verbs.reviewing import named, no_topic, view_of
from handlers.wording import counted


def show_files(talk: Talk) -> Turn:
    """Give a link to the files of a topic, for the person and a few minutes only; that is noted in the trail."""
    view = view_of(talk)
    if isinstance(view, Turn):
        return view
    topic = named(talk, view)
    if topic is None:
        return no_topic(talk, view)
    shown = shown_files.of_topic(view, topic)
    if not shown.files:
        return turn(Say(say("files.coming" if shown.coming else "files.none"), topic_choices(view, topic)))
    link = _link(talk, view, topic)
    if link is None:
        return turn(Say(say("files.no_address"), topic_choices(view, topic)))
    return turn(_card(talk, view, shown, link))


def _link(talk: Talk, view: View, topic: Topic) -> str | None:
    agency, report, sending = talk.stand.agency_id, view.case.report, view.last.id
    if talk.link_to is None or agency is None:
        return None
    until = talk.now + LASTS
    link = talk.link_to(Grant(talk.channel, talk.person.id, agency, report, sending, topic.key, until))
    if link is not None:
        of = f"{topic.key}@{sending}"
        audit.note(talk.db, talk.channel, "files.linked", talk.now, person=talk.person.id, report=report, topic=of)
    return link


def _card(talk: Talk, view: View, shown: Shown, link: str) -> Card:
    """Return the link as a button: an address in plain words would be fetched for a preview (and the alt text is read
    on locked screens)."""
    title = say("files.title", n=shown.topic.number, topic=shown.topic.title)
    lines = [counted(Counter(str(file.kind) for file in shown.files))]
    lines += [say("files.more_coming", n=shown.coming)] if shown.coming else []
    minutes = int(LASTS.total_seconds() // 60)
    lines.append(say("files.until", minutes=minutes, when=clock(talk.now + LASTS)))
    under = say("review.where", school=view.case.school_name, district=view.case.district)
    body = [text(lines[0], weight="bold"), text("\n".join(lines[1:]), size="sm", color=QUIET)]
    alt = "\n".join([title, under, *lines])
    return Card(alt, bubble(title, under, body, [_button(link)]), topic_choices(view, shown.topic))


def _button(link: str) -> dict[str, Any]:
    action = {"type": "uri", "label": say("label.open_files"), "uri": link}
    return {"type": "button", "style": "primary", "height": "sm", "color": GREEN, "action": action}
