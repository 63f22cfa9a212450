"""The dialogue engine, alone: what may follow what, where a talk resumes, how it is drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handlers.dialog import AFTER, STAY, Flow, Move, Step, draw
from handlers.flows import all_flows
from handlers.question_file import default, parse
from handlers.verbs import VERBS

KEYS = [f"q{number}" for number in range(6)]


def flow(*keys: str) -> Flow:
    steps = [Step("home", "Home", {"go": Move("begin", AFTER)}, Move("shrug"))]
    steps += [Step(key, key.upper(), {"next": Move("end", AFTER)}, Move("keep", STAY), asks=True) for key in keys]
    return Flow("talk", steps, on_done="send")


@given(some.sets(some.sampled_from(KEYS)), some.sampled_from(["home", *KEYS, "gone"]))
def test_a_talk_always_finds_every_open_question_and_then_ends(done: set[str], start: str) -> None:
    talk, seen, here = flow(*KEYS), set(done), start
    while step := talk.after(here, seen):
        assert step.key not in seen
        seen.add(step.key)
        here = step.key
    assert seen == set(KEYS)


@given(some.sets(some.sampled_from(KEYS)))
def test_a_talk_resumes_at_the_first_open_question_whatever_became_of_the_place(done: set[str]) -> None:
    first = flow(*KEYS).first_open(done)
    assert (first.key if first else None) == next((key for key in KEYS if key not in done), None)


def test_back_goes_to_the_question_before_answered_or_not() -> None:
    talk = flow("a", "b")
    assert talk.before("a") is None
    before = talk.before("b")
    assert before is not None
    assert before.key == "a"


def test_what_a_step_does_not_name_is_heard_as_otherwise() -> None:
    talk = flow("a")
    assert talk.hear("a", "next").do == "end"
    assert talk.hear("a", "sunshine").do == "keep"
    with pytest.raises(KeyError):
        talk.hear("gone", "next")


def test_a_flow_that_leads_nowhere_or_twice_to_one_place_is_refused() -> None:
    with pytest.raises(ValueError, match="two steps of one key"):
        flow("a", "a")
    with pytest.raises(ValueError, match="no step"):
        Flow("talk", [Step("a", "A", {}, Move("go", "nowhere"))], on_done="send")


def test_every_flow_of_the_bot_names_verbs_that_exist_and_can_be_drawn() -> None:
    for each in all_flows(parse(default())):
        moves = [move for step in each.steps for move in (*step.hears.values(), step.otherwise)]
        assert {move.do for move in moves} <= set(VERBS)
        drawing = draw(each)
        assert all(step.key.replace(".", "_") in drawing for step in each.steps)
        assert drawing.startswith("stateDiagram-v2")


def test_no_verb_is_left_that_nothing_leads_to() -> None:
    steps = [step for each in all_flows(parse(default())) for step in each.steps]
    named = {move.do for step in steps for move in (*step.hears.values(), step.otherwise)}
    assert set(VERBS) <= named
