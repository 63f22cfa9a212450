"""What was said between one person and the bot, as the person's phone shows it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Item:
    """One bubble. ``touched`` is the talk's number at its last change, ``call`` the API request that sent it."""

    seq: int
    id: str
    mine: bool
    at: datetime
    message: dict[str, Any]
    quoted: str | None = None
    how: str | None = None
    call: str | None = None
    unsent: bool = False
    touched: int = 0

    def shown(self) -> dict[str, Any]:
        """Return the item as the phone's page reads it; an unsent bubble has lost its content."""
        return {
            "seq": self.seq,
            "id": self.id,
            "from": "me" if self.mine else "bot",
            "at": self.at.isoformat(),
            "message": {"type": "unsent"} if self.unsent else self.message,
            "unsent": self.unsent,
            "quoted": self.quoted,
            "how": self.how,
        }


@dataclass(slots=True)
class Talk:
    """The bubbles of one talk, in the order in which they appeared. ``seq`` grows with every change."""

    items: list[Item] = field(default_factory=list)
    seq: int = 0
    typing_until: datetime | None = None
    buttons_used_at: int = 0  # the quick replies under this item were tapped away

    def add(self, item: Item) -> Item:
        """Append a bubble; a bubble of the bot ends its typing animation (REF Display a loading animation)."""
        self.seq += 1
        item.seq = item.touched = self.seq
        self.items.append(item)
        if not item.mine:
            self.typing_until = None
        return item

    def touch(self) -> None:
        """Note a change that is no bubble."""
        self.seq += 1

    def find(self, message_id: str) -> Item | None:
        """Return the bubble with this message id."""
        return next((item for item in self.items if item.id == message_id), None)

    def unsend(self, item: Item) -> None:
        """Take one's own bubble back."""
        self.seq += 1
        item.unsent, item.touched = True, self.seq

    def type_until(self, until: datetime) -> None:
        """Show the typing animation."""
        self.typing_until = until
        self.touch()

    def typing(self, now: datetime) -> bool:
        """Say whether the typing animation is shown; its end is a change too."""
        if self.typing_until is not None and now >= self.typing_until:
            self.typing_until = None
            self.touch()
        return self.typing_until is not None

    def since(self, after: int) -> tuple[list[Item], list[Item]]:
        """Return the bubbles that came after that number, and the older ones that changed after it."""
        new = [item for item in self.items if item.seq > after]
        changed = [item for item in self.items if item.seq <= after < item.touched]
        return new, changed

    def last(self) -> Item | None:
        """Return the newest bubble that is still there."""
        return next((item for item in reversed(self.items) if not item.unsent), None)
