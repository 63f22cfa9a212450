"""One thing that LINE would refuse in an outgoing message."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """where: path of the property ("messages[0].text"); message: what is wrong, in LINE's words if known."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


EMPTY = "May not be empty"


def too_long(most: int, least: int = 0) -> str:
    """Return LINE's words for a text or list that is too short or too long."""
    return f"Size must be between {least} and {most}" if least else f"Length must be between 0 and {most}"
