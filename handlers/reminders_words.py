"""What a reminder says: one message for everything that is open for a person; why it came, and how to stop it.

The same words where the same is open: a school is named only to those who have several, so that many people's reminders
are one payload. Days are named, never counted: a reminder may be read days later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers.flows.report import REMIND_AGAIN
from handlers.messages.values import Act, Choice, Say
from handlers.reminders_ladder import CALL, ladder
from handlers.reminders_open import Item
from handlers.texts import say
from handlers.thai import day

SHOWN = 10
"""Schools that are named in one reminder."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all reminders of one moment share. left: topics left of each draft begun; title: of the running round."""

    today: date
    title: str = ""
    topics: int = 0
    minutes: int = 0
    left: dict[int, int] = field(default_factory=dict)

    def topics_left(self, item: Item) -> int:
        """Return how many topics of a draft are left; 0: it has only to be sent."""
        return self.topics if item.report is None else self.left.get(item.report, self.topics)

    def is_open(self, item: Item) -> bool:
        """Tell whether there is something to do for this person: who may not send has done what is written."""
        return item.kind != "report" or item.may_submit or item.since is not None or self.topics_left(item) > 0


def key_of(items: Sequence[Item], setting: Setting) -> tuple[object, ...]:
    """Return what makes the words of a reminder: equal keys, equal words."""
    named = len([one for one in items if one.kind == "report"]) > 1
    return tuple([
        (
            one.kind, one.rung, one.due, one.since, one.may_submit, one.again_at is None, setting.topics_left(one),
            one.school_name if named or one.kind == "review" else None,
        )
        for one in items
    ])  # fmt: skip


def reminder(items: Sequence[Item], setting: Setting) -> Say:
    """Return the one message for what is open for a person."""
    reports = [one for one in items if one.kind == "report"]
    reviews = [one for one in items if one.kind == "review"]
    pieces = [say("remind.asked")] if items[0].again_at is not None else []
    pieces += [_reports(reports, setting)] if reports else []
    pieces += [_reviews(reviews)] if reviews else []
    pieces.append(_why(bool(reports)))
    return Say("\n\n".join(pieces), _choices(bool(reports), bool(reviews), setting.today))


def _why(reports: bool) -> str:
    kind = "report" if reports else "review"
    return f"{say(f'remind.why_{kind}', after_reply=ladder().after_reply)}\n{say(f'remind.typed_{kind}')}"


def _choices(reports: bool, reviews: bool, today: date) -> tuple[Choice, ...]:
    """Return the next steps as buttons; each also stands in the words, for LINE for PC shows none."""
    asked_on = today.isoformat()
    resume = (Choice(say("label.resume"), Act("report")),) if reports else ()
    queue = (Choice(say("label.queue"), Act("queue")),) if reviews else ()
    problem = (Choice(say("label.problem"), Act("problem", value=asked_on)),) if reports else ()
    stop = Choice(say("label.stop_reminders"), Act("stop_reminders", value=asked_on))
    return (*resume, *queue, Choice(say("label.snooze"), Act(REMIND_AGAIN, value=asked_on)), *problem, stop)


def _slots(item: Item, setting: Setting) -> dict[str, object]:
    left = setting.topics_left(item)
    return {
        "dear": say("remind.dear_director" if item.may_submit else "remind.dear"),
        "title": setting.title,
        "school": item.school_name,
        "n": left,
        "minutes": max(1, round(setting.minutes * left / max(1, setting.topics))),
        "due": day(item.due) if item.due else "",
        "since": day(item.since) if item.since else "",
    }


def _reports(items: Sequence[Item], setting: Setting) -> str:
    if len(items) == 1:
        return say(f"remind.{_key(items[0], setting)}", **_slots(items[0], setting))
    lines = [say(f"remind.{_line(one, setting)}", **_slots(one, setting)) for one in items[:SHOWN]]
    more = [say("remind.more", n=len(items) - SHOWN)] if len(items) > SHOWN else []
    head = say("remind.several", **_slots(items[0], setting) | {"n": len(items)})
    return "\n".join([head, *lines, *more, say("remind.switch")])


def _key(item: Item, setting: Setting) -> str:
    if item.since is not None:
        return "returned"
    rung = "over" if item.rung == CALL else item.rung or "week"
    return rung if setting.topics_left(item) else f"{rung}_ready"


def _line(item: Item, setting: Setting) -> str:
    if item.since is not None:
        return "line_returned"
    over = "_over" if item.rung in ("over", CALL) else ""
    return f"line{over}" if setting.topics_left(item) else f"line{over}_ready"


def _reviews(items: Sequence[Item]) -> str:
    oldest = items[0]
    since = day(oldest.since) if oldest.since else ""
    return say("remind.review", n=len(items), deadline=ladder().deadline, school=oldest.school_name, since=since)
