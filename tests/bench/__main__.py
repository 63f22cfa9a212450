"""`make bench`: the bot and the bots it is compared with, under load, in turns. Prints tables, writes bench.json."""

import argparse
import json
import os
import platform
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import clock, meeting, table
from tests.bench.measure import Result
from tests.bench.plan import ALL_GROUPS, CROWD, GROUPS, Judge, Rounds, matches
from tests.bench.stage import Stage, staged

FILES = 16_384  # open sockets of the harness


def main(arguments: Sequence[str] | None = None) -> int:
    """Play everything that was asked for; 1 where something is not reached."""
    asked = _parser().parse_args(arguments)
    groups = tuple(asked.only or GROUPS)
    _allow_many_files()
    fine = [play(asked.quick) for name, play in _ALONE.items() if name in groups]
    groups = tuple(group for group in groups if group not in _ALONE)
    if not groups:
        return 0 if all(fine) else 1
    began = time.monotonic()
    with staged(groups=groups, stored=100_000 if asked.quick else 1_000_000) as stage:
        rounds = _play(stage, groups, 1 if asked.quick else asked.rounds, 3.0 if asked.quick else asked.seconds)
        bars = list(Judge(rounds, stage.cast).bars())
    print(table.results(rounds, stage.cast.echo.name), table.bars(bars), sep="\n")
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, CPython {platform.python_version()}",
        "took": round(time.monotonic() - began),
        "bars": [asdict(bar) | {"reached": bar.reached} for bar in bars],
        "rounds": [[asdict(result) for result in one.values()] for one in rounds],
    }
    asked.out.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if all(fine) and all(bar.reached for bar in bars) else 1


def _clock(quick: bool) -> bool:
    return clock.main(2_000, 3_000) if quick else clock.main(100_000, 30_000)


def _meeting(quick: bool) -> bool:
    return meeting.main(200, 9.0) if quick else meeting.main(CROWD)


_ALONE = {"clock": _clock, "meeting": _meeting}
"""What is played once, on databases of its own."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: for a look, not for a claim")
    parser.add_argument("--only", nargs="+", choices=ALL_GROUPS, metavar="GROUP", help=f"of {', '.join(ALL_GROUPS)}")
    parser.add_argument("--rounds", type=int, default=3, help="all runs in turns, so many times (3)")
    parser.add_argument("--seconds", type=float, default=6.0, help="measured seconds of a closed-loop run (6)")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), help="where the numbers go (bench.json)")
    return parser


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _play(stage: Stage, groups: Sequence[str], rounds: int, seconds: float) -> Rounds:
    found: Rounds = []
    for number in range(1, rounds + 1):
        this: dict[tuple[str, str], Result] = {}
        found.append(this)
        for group in groups:
            for match in matches(group, stage.cast, seconds):
                if (match.contestant.name, match.shape.name) in this:
                    continue
                result = stage.play(match)
                this[(result.contestant, result.shape)] = result
                print(f"{number}/{rounds}  {table.line(result)}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
