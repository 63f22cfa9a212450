"""Every flow of the bot: step tables only, no side effects."""

from handlers.dialog import Flow
from handlers.flows.coordinating import COORDINATING
from handlers.flows.invited import MEETING
from handlers.flows.joining import JOINING
from handlers.flows.report import report_flow
from handlers.flows.reviewing import REVIEWING
from handlers.flows.viewing import VIEWING
from handlers.questions import QuestionSet, digest


def all_flows(question_set: QuestionSet) -> list[Flow]:
    """Return every flow, the report's made from a question set."""
    return [JOINING, report_flow(question_set, digest(question_set)), REVIEWING, COORDINATING, VIEWING, MEETING]
