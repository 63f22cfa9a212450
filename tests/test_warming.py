"""What is made ready before the first message: nobody waits for patterns to be compiled."""

import subprocess
import sys

HEARS = """
import re._compiler
import bot.app
from handlers.warming import warm_up
from handlers.words import order, understand
from handlers.words.meeting_words import meeting_words

if {warm}:
    warm_up()
made, compile = [], re._compiler.compile
re._compiler.compile = lambda *given: made.append(given[0]) or compile(*given)
for text in ("สวัสดีค่ะ", "เริ่มรายงาน", "เด็กกล้าแสดงออกดีขึ้นมาก ได้รางวัลระดับเขต 2 รายการ", "ถัดไป", "สรุป", "ยืนยัน"):
    for asking in (True, False):
        understand(text, asking=asking), meeting_words(text, asking=asking), order(text, asking=asking)
print(len(made))
"""


def compiled(*, warm: bool) -> int:
    """Return how many patterns a new process compiles for its first messages."""
    done = subprocess.run([sys.executable, "-c", HEARS.format(warm=warm)], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_who_comes_first_waits_for_hardly_any_pattern() -> None:
    cold, warm = compiled(warm=False), compiled(warm=True)
    assert cold > 50
    assert warm <= cold / 10
