"""The register of a meeting as PDF, to be signed by hand."""

from pathlib import Path

from bot.typesetting import set_pdf
from handlers.register import Register, data
from handlers.texts import say

CONTENT_TYPE = "application/pdf"
_TEMPLATE = Path(__file__).with_name("register.typ")


def printed(one: Register) -> bytes:
    """Return the register as PDF.

    Raises:
        NotSet: it could not be.
    """
    return set_pdf(_TEMPLATE, {**data(one), "page": say("register.page")})
