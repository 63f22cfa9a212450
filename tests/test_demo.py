"""The demo without its page: it keeps time as a worker does, and says so."""

import json
import socket
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.demo import Demo, demo


def test_the_health_pages_of_the_demo_warn_of_nothing(tmp_path: Path) -> None:
    with Demo(tmp_path) as demo:
        url = f"http://127.0.0.1:{demo.works.settings.port}/readyz"
        until = time.monotonic() + 20
        seen: dict[str, Any] = {"scheduler_lag_seconds": None}
        while seen["scheduler_lag_seconds"] is None and time.monotonic() < until:
            time.sleep(0.1)
            with urllib.request.urlopen(url) as answer:
                seen = json.load(answer)
        assert seen["scheduler_lag_seconds"] is not None
        assert seen["warnings"] == []


@pytest.mark.parametrize("told_by", ["an option", "the environment"])
def test_a_port_that_is_taken_is_said_with_what_to_do(tmp_path: Path, told_by: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        by_option = told_by == "an option"
        words = ["--folder", str(tmp_path), *(["--port", port] if by_option else [])]
        done = CliRunner().invoke(demo, words, env={} if by_option else {"PORT": port})
    assert done.exit_code == 1
    assert f"port {port}" in done.output
    assert "make demo PORT=" in done.output
