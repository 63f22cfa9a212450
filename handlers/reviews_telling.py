"""What a school is told of its agency's decisions, and verifiers of what waits: free at the next visit, else pushed."""

from collections.abc import Sequence

from handlers import reviews, telling
from handlers.messages.values import Act, Choice, Say
from handlers.questions import Topic
from handlers.reviews import Case
from handlers.reviews_view import View
from handlers.rulings import Ruling
from handlers.talk import Talk
from handlers.texts import say
from handlers.thai import day, today


def tell_returned(talk: Talk, view: View, topics: Sequence[Topic]) -> None:
    """Tell the school which topics to change and why: worth a push, as the round goes on."""
    lines = [asked_line(topic, view.standing(topic)) for topic in topics]
    rest = say("returned.only_this" if len(topics) == 1 else "returned.only_these", of=len(topics))
    words = "\n".join([say("returned.from_agency", school=view.case.school_name), *lines, rest])
    choices = (Choice(say("label.resume"), Act("report")), Choice(say("label.status"), Act("status")))
    sending, last = view.stamp()
    _tell_school(talk, view.case, Say(words, choices), f"returned:{sending}:{last}", worth_a_push=True)


def asked_line(topic: Topic, found: Ruling | None) -> str:
    """Return what the agency asks to be changed in a topic."""
    reason = found.reason if found and found.reason else say("review.unsent")
    return say("returned.asked", n=topic.number, reason=reason)


def tell_verified(talk: Talk, view: View) -> None:
    """Tell the school that its report is verified: good news waits for a visit."""
    words = say("returned.verified", school=view.case.school_name, title=view.case.title)
    sending, last = view.stamp()
    _tell_school(talk, view.case, Say(words), f"verified:{sending}:{last}", worth_a_push=False)


def tell_visit(talk: Talk, view: View, topic: Topic, found: Ruling) -> None:
    """Tell the school on which day somebody comes: worth a push, as the day is near."""
    on = day(found.visit_on) if found.visit_on else ""
    words = say("returned.visit", school=view.case.school_name, day=on, n=topic.number, topic=topic.title)
    _tell_school(talk, view.case, Say(words), f"visit:{found.id}", worth_a_push=True)


def tell_reopened(talk: Talk, view: View, topic: Topic, reason: str, ruling: int) -> None:
    """Tell the school that a verified topic is looked at again, and why."""
    words = say("returned.reopened", school=view.case.school_name, n=topic.number, topic=topic.title, reason=reason)
    _tell_school(talk, view.case, Say(words), f"reopened:{ruling}", worth_a_push=False)


def _tell_school(talk: Talk, case: Case, said: Say, once: str, *, worth_a_push: bool) -> None:
    for person in reviews.writers_of(talk.db, talk.channel, case.school, talk.now):
        telling.tell(talk.db, talk.channel, person, said, once=once, now=talk.now, worth_a_push=worth_a_push)


def tell_verifiers(talk: Talk, school: int) -> None:
    """Tell those who verify a school's reports that something waits: once a day, at their next visit."""
    said = Say(say("returned.waits_for_verifier"), (Choice(say("label.queue"), Act("queue")),))
    once = f"queue:{today(talk.now)}"
    for person in reviews.verifiers_of(talk.db, talk.channel, school, talk.now):
        telling.tell(talk.db, talk.channel, person, said, once=once, now=talk.now, worth_a_push=False)
