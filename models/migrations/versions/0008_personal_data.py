"""Requests for erasure; bubbles by which answers and reasons can be unsent; who is responsible for personal data."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'asked'")
_SAID_IN = ("asks", "extension_requests", "join_requests")
_RESPONSIBLE = (("protection_office", 200), ("protection_phone", 40))


def upgrade() -> None:
    op.create_table(
        "erasure_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("line_message_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_erasure_requests_channel_id_channels")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_erasure_requests_person_id_people")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_erasure_requests_decided_by_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_requests")),
    )
    for column in ("person_id", "line_message_id"):
        op.create_index(op.f(f"ix_erasure_requests_{column}"), "erasure_requests", [column])
    op.create_index(
        "uq_erasure_requests_asked",
        "erasure_requests",
        ["person_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    for table in _SAID_IN:
        op.add_column(table, sa.Column("line_message_id", sa.String(length=64), nullable=True))
        op.create_index(op.f(f"ix_{table}_line_message_id"), table, ["line_message_id"])
    for name, length in _RESPONSIBLE:
        op.add_column("channels", sa.Column(name, sa.String(length=length), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("channels") as channels:
        for name, _ in _RESPONSIBLE:
            channels.drop_column(name)
    for table in _SAID_IN:
        with op.batch_alter_table(table) as changed:
            changed.drop_index(op.f(f"ix_{table}_line_message_id"))
            changed.drop_column("line_message_id")
    op.drop_table("erasure_requests")
