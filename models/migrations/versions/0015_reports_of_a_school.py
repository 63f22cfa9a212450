"""A school's earlier reports are found without going through those of all schools."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_reports_channel_id_school_id", "reports", ["channel_id", "school_id"])


def downgrade() -> None:
    op.drop_index("ix_reports_channel_id_school_id", "reports")
