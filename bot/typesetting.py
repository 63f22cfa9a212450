"""A PDF set by typst, in a process of its own: 2,681 lines of a register take a second and 250 MB.

A web process answers webhooks on less, and gives none of it back. The child loads nothing but typst.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds after which what is not set never will be."""


class NotSet(RuntimeError):
    """Nothing came of it; the message says why, without a word of the data."""


def set_pdf(template: Path, data: Mapping[str, Any]) -> bytes:
    """Return a template filled with data, as PDF. The data travel as JSON: no word of them is taken for markup.

    Raises:
        NotSet: by typst, or not in time.
    """
    asked = json.dumps(data, ensure_ascii=False).encode()
    child = [sys.executable, __file__, str(template)]
    try:
        done = subprocess.run(child, input=asked, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 -- ours
    except subprocess.TimeoutExpired:
        raise NotSet(f"not done in {PATIENCE:.0f} seconds") from None
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise NotSet(f"typst ended with {done.returncode}")
    return done.stdout


def _child(template: str, data: str) -> bytes:
    import fontpkg_noto_sans_thai
    import typst

    fonts = [Path(fontpkg_noto_sans_thai.ROOT) / "files"]
    return typst.compile(
        Path(template),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        format="pdf",
        pdf_tags=False,  # a tenth of the size
    )


if __name__ == "__main__":
    sys.path.pop(0)  # this folder, whose modules bear names of their own
    sys.stdout.buffer.write(_child(sys.argv[1], sys.stdin.buffer.read().decode()))
