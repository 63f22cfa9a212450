"""The note that processes of one machine share."""

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.finished import Finished

FORKED = """
import os
from bot.finished import Finished
notes = Finished()
child = os.fork()
if not child:
    notes.note(2**40 + 7)
    os._exit(0)
os.waitpid(child, 0)
print(2**40 + 7 in notes, 7 in notes)
"""


def test_what_one_process_notes_another_knows() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKED], cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"]


@given(rows=st.lists(st.integers(1, 2**62), max_size=20), other=st.integers(1, 2**62))
def test_only_what_was_noted_is_known(rows: list[int], other: int) -> None:
    notes = Finished()
    for row in rows:
        notes.note(row)
        assert row in notes
    assert other in rows or other not in notes
