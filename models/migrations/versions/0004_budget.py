"""The month's paid messages as a budget: classes, reservations, LINE's own count; equal messages in one call."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_QUEUED, _OPEN = "state = 'queued'", "state IN ('queued', 'held')"
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_multicasts()
    op.create_table(
        "rates",
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("free_at", _MOMENT, nullable=False),
        sa.Column("paused_until", _MOMENT, nullable=True),
        sa.Column("pauses", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_rates_channel_id_channels")),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_rates")),
    )
    _drop_indexes("ix_outbox_due", "ix_outbox_open")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.add_column(sa.Column("priority", sa.String(length=20), server_default="result", nullable=False))
        batch_op.add_column(sa.Column("digest", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("multicast_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("begun_at", _MOMENT, nullable=True))
        batch_op.add_column(sa.Column("paid_in", sa.String(length=7), nullable=True))
        name = batch_op.f("fk_outbox_multicast_id_multicasts")
        batch_op.create_foreign_key(name, "multicasts", ["multicast_id"], ["id"])
    # Until now every open row was somebody's from the beginning: its key may have been used.
    op.execute("UPDATE outbox SET begun_at = created_at WHERE state IN ('queued', 'held') AND owner IS NOT NULL")
    _index("ix_outbox_due", ["priority", "due_at", "id"], _QUEUED)
    _index("ix_outbox_open", ["person_id", "id"], _OPEN)
    _index("ix_outbox_equal", ["digest"], f"{_QUEUED} AND digest IS NOT NULL")
    _index("ix_outbox_multicast", ["multicast_id"], "multicast_id IS NOT NULL")
    with op.batch_alter_table("quota") as batch_op:
        batch_op.add_column(sa.Column("ours", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("line_used", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("asked_at", _MOMENT, nullable=True))
        batch_op.add_column(sa.Column("closed_at", _MOMENT, nullable=True))


def _make_multicasts() -> None:
    op.create_table(
        "multicasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("retry_key", sa.String(length=36), nullable=False),
        sa.Column("paid_in", sa.String(length=7), nullable=True),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("lease_until", _MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_multicasts_channel_id_channels")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_multicasts")),
    )
    _index("ix_multicasts_open", ["due_at"], "done_at IS NULL", table="multicasts")


def downgrade() -> None:
    with op.batch_alter_table("quota") as batch_op:
        for column in ("closed_at", "asked_at", "line_used", "ours"):
            batch_op.drop_column(column)
    _drop_indexes("ix_outbox_multicast", "ix_outbox_equal", "ix_outbox_open", "ix_outbox_due")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_outbox_multicast_id_multicasts"), type_="foreignkey")
        for column in ("paid_in", "begun_at", "multicast_id", "digest", "priority"):
            batch_op.drop_column(column)
    _index("ix_outbox_due", ["due_at"], _QUEUED)
    _index("ix_outbox_open", ["person_id", "id"], _OPEN)
    op.drop_table("rates")
    op.drop_index("ix_multicasts_open", table_name="multicasts")
    op.drop_table("multicasts")


def _index(name: str, columns: Sequence[str], where: str, table: str = "outbox") -> None:
    op.create_index(name, table, list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _drop_indexes(*names: str) -> None:
    for name in names:
        op.drop_index(name, table_name="outbox")
