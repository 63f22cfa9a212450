"""Events that are kept now and applied in a moment."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEPT = sa.text("state = 'kept'")


def upgrade() -> None:
    op.add_column("inbox", sa.Column("user_id", sa.String(length=64), nullable=True))
    op.create_index("ix_inbox_kept", "inbox", ["channel_id", "user_id"], sqlite_where=_KEPT, postgresql_where=_KEPT)


def downgrade() -> None:
    op.drop_index("ix_inbox_kept", table_name="inbox", sqlite_where=_KEPT, postgresql_where=_KEPT)
    op.drop_column("inbox", "user_id")
