"""Numbers of persons: the national identity number, which is never kept, and telephone numbers."""

import re

_THIRTEEN = re.compile(r"(?<!\d)\d(?:[ .–-]?\d){12}(?!\d)")  # Thai digits too
_AS_ON_THE_CARD = re.compile(r"\d([ .–-])\d{4}\1\d{5}\1\d{2}\1\d")
_GAP = r"[ .()–-]{0,2}"
_PHONE = re.compile(rf"(?<![\d,.])(?:\+66{_GAP}|0)(?:[689](?:{_GAP}\d){{8}}|[2-57](?:{_GAP}\d){{7}})(?![\d,]|\.\d)")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_NAMED = re.compile(r"(?:เลข|บัตร|ปชช|ประชาชน|id)[^\d]{0,20}$", re.IGNORECASE)


def private_number(text: str) -> bool:
    """Tell whether a national identity number is in the text.

    13 digits are one if the last checks the others, if grouped as on the card, or if the words before name it.
    """
    return any(_private(found) for found in _THIRTEEN.finditer(text))


def without_private_numbers(text: str) -> str:
    """Return the text with each national identity number crossed out, so that the rest may be kept or shown."""
    return _THIRTEEN.sub(lambda found: re.sub(r"\d", "x", found[0]) if _private(found) else found[0], text)


def phone_number(text: str) -> bool:
    """Tell whether a Thai telephone number is in the text: of a mobile (ten digits) or a landline (nine)."""
    return _PHONE.search(text.translate(_THAI_DIGITS)) is not None


def _private(found: re.Match[str]) -> bool:
    number = [int(digit) for digit in found[0] if digit.isdigit()]
    named = _NAMED.search(found.string[max(0, found.start() - 40) : found.start()])
    return _checks(number) or _AS_ON_THE_CARD.fullmatch(found[0]) is not None or named is not None


def _checks(number: list[int]) -> bool:
    """Check the thirteenth digit (the weights go from 13 to 2, modulo 11)."""
    total = sum(digit * weight for digit, weight in zip(number, range(13, 1, -1), strict=False))
    return number[0] != 0 and (11 - total % 11) % 10 == number[12]
