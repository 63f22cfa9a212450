"""Numbers that come from outside: typed, or in a button made by hand."""

LONGEST = 9
"""Digits; no row, topic or revision has more, and no database takes any number of them."""


def number(text: str | None) -> int | None:
    """Return the number that a text is, or None. Superscripts and the like are no digits here."""
    return int(text) if text is not None and text.isdecimal() and len(text) <= LONGEST else None
