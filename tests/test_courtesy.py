"""Webhooks first: while several are being answered, replies wait, but none for long and none for ever."""

import threading
from contextlib import ExitStack
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.courtesy import CALM, LONGEST, Courtesy


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def through() -> list[str]:
    return []


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def courtesy(clock):
    return Courtesy(clock)


def webhooks(courtesy, number):
    stack = ExitStack()
    for _ in range(number):
        stack.enter_context(courtesy)
    return stack


def test_it_is_crowded_while_more_are_answered_than_leave_room(courtesy):
    with webhooks(courtesy, CALM):
        assert not courtesy.is_crowded
        with courtesy:
            assert courtesy.is_crowded
        assert not courtesy.is_crowded


def test_in_calm_a_reply_goes_at_once(courtesy, through):
    with webhooks(courtesy, CALM):
        assert not courtesy.ask(partial(through.append, "คำตอบ"))
    assert through == ["คำตอบ"]


def test_in_a_rush_replies_wait_until_it_is_calm_and_keep_their_order(courtesy, through):
    with webhooks(courtesy, CALM + 1):
        assert courtesy.ask(partial(through.append, "หนึ่ง"))
        assert not courtesy.ask(partial(through.append, "สอง"))
        assert through == []
    assert through == ["หนึ่ง", "สอง"]
    assert courtesy.seconds_left() is None


def test_in_a_long_rush_none_waits_too_long(courtesy, through, clock):
    with webhooks(courtesy, CALM + 5):
        courtesy.ask(partial(through.append, "หนึ่ง"))
        clock.now += LONGEST / 2
        courtesy.ask(partial(through.append, "สอง"))
        courtesy.let_late_go()
        assert through == []
        assert courtesy.seconds_left() == pytest.approx(LONGEST / 2)
        clock.now += LONGEST / 2
        courtesy.let_late_go()
        assert through == ["หนึ่ง"]
        courtesy.let_all_go()
        assert through == ["หนึ่ง", "สอง"]


def test_a_webhook_that_breaks_is_over_too(courtesy, through):
    def breaks() -> None:
        with webhooks(courtesy, CALM + 1):
            courtesy.ask(partial(through.append, "คำตอบ"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaks()
    assert through == ["คำตอบ"]
    assert not courtesy.ask(partial(through.append, "ต่อไป"))


@given(st.lists(st.sampled_from(["comes", "goes", "says", "late"])))
def test_whatever_comes_and_goes_everything_is_let_through_once_and_in_order(moves):
    through: list[int] = []
    clock = Clock()
    courtesy = Courtesy(clock)
    here, said = 0, 0
    for move in moves:
        if move == "comes":
            courtesy.__enter__()
            here += 1
        elif move == "goes" and here:
            here -= 1
            courtesy.__exit__(None, None, None)
        elif move == "says":
            said += 1
            courtesy.ask(partial(through.append, said))
        elif move == "late":
            clock.now += LONGEST
            courtesy.let_late_go()
            assert through == list(range(1, said + 1))
    for _ in range(here):
        courtesy.__exit__(None, None, None)
    assert sorted(through) == list(range(1, said + 1))
    assert (here > 0) or courtesy.seconds_left() is None


def test_threads_lose_nothing():
    through: list[int] = []
    courtesy = Courtesy()

    def serve(first: int) -> None:
        for number in range(first, first + 500):
            with courtesy:
                courtesy.ask(partial(through.append, number))

    threads = [threading.Thread(target=serve, args=(1000 * place,)) for place in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(through) == [1000 * place + number for place in range(6) for number in range(500)]
