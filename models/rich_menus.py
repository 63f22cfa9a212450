"""Rich menus: the pictures with buttons below the chat, as LINE knows them, and whose is which."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from models.base import UtcDateTime, metadata

rich_menus = Table(
    "rich_menus",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("name", String(40), primary_key=True),  # director, director+report, verifier, …
    Column("line_id", String(100), nullable=False),
    Column("digest", String(64), nullable=False),  # of picture and areas: a new one is made where it differs
    Column("at", UtcDateTime, nullable=False),
)

menu_links = Table(
    "menu_links",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("line_user_id", String(64)),  # of somebody forgotten since, until LINE was told
    Column("wanted", String(40)),  # a rich menu's name; null: none of one's own
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("linked", String(100)),  # LINE's id of the one that LINE shows, as far as we know
    Column("linked_at", UtcDateTime),  # null: LINE is to be told
    Column("due_at", UtcDateTime, nullable=False),  # not to be told before: a lease, or the next try
    Column("tries", Integer, nullable=False),
    Column("error", String(300)),  # why it was given up
    Index("ix_menu_links_channel_id", "channel_id"),
    Index(
        "ix_menu_links_open",
        "due_at",
        sqlite_where=text("linked_at IS NULL"),
        postgresql_where=text("linked_at IS NULL"),
    ),
)
