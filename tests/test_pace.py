"""Sending gives way to a crowd of webhooks, not for ever, and not to a few."""

import threading
import time
from contextlib import ExitStack

import pytest

from bot import pace
from bot.pace import CROWD, Pace


def waits(for_whom: Pace) -> threading.Thread:
    thread = threading.Thread(target=for_whom.give_way)
    thread.start()
    thread.join(0.05)
    return thread


def test_a_few_webhooks_hold_nothing_up() -> None:
    here = Pace()
    with here.webhook(), here.webhook():
        assert not waits(here).is_alive()


def test_a_crowd_goes_first_and_what_waits_goes_on_when_it_thins_out() -> None:
    here = Pace()
    with ExitStack() as crowd:
        for _ in range(CROWD):
            crowd.enter_context(here.webhook())
        thread = waits(here)
        assert thread.is_alive()
    thread.join(1)
    assert not thread.is_alive()


def test_what_is_to_be_said_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 0.1)
    here = Pace()
    with ExitStack() as crowd:
        for _ in range(CROWD):
            crowd.enter_context(here.webhook())
        began = time.monotonic()
        here.give_way()
        assert time.monotonic() - began >= 0.1


def test_a_webhook_that_raises_is_counted_out() -> None:
    here = Pace()
    for _ in range(CROWD + 1):
        with pytest.raises(ZeroDivisionError), here.webhook():
            raise ZeroDivisionError
    assert not waits(here).is_alive()
