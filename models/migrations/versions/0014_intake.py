"""A place of its own for what was heard in a rush and is yet to be applied."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEPT = sa.text("state = 'kept'")


def upgrade() -> None:
    op.create_table(
        "intake",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_intake_whose", "intake", ["channel_id", "user_id"])
    # What was only kept when the old processes ended is tried again like what has failed: nothing of it is lost.
    op.execute("UPDATE inbox SET state = 'failed', due_at = received_at WHERE state = 'kept'")
    op.drop_index("ix_inbox_kept", "inbox")
    op.drop_column("inbox", "user_id")


def downgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT count(*) FROM intake")).scalar():
        raise RuntimeError("events wait in the intake: run the worker until they are applied, then come again")
    op.add_column("inbox", sa.Column("user_id", sa.String(64), nullable=True))
    op.create_index("ix_inbox_kept", "inbox", ["channel_id", "user_id"], sqlite_where=_KEPT, postgresql_where=_KEPT)
    op.drop_table("intake")
