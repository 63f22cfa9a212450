"""The demo without its page: it keeps time as a worker does, and says so."""

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from bot.demo import Demo


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
