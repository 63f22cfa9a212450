"""Whoever gives a report its reference keeps nobody from writing what belongs to the report (PostgreSQL)."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("reports") as batch_op:
        batch_op.drop_constraint("uq_reports_channel_id_reference", type_="unique")
    op.create_index(
        "ix_reports_reference",
        "reports",
        ["channel_id", "reference"],
        unique=True,
        sqlite_where=sa.text("reference IS NOT NULL"),
        postgresql_where=sa.text("reference IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_reports_reference", "reports")
    with op.batch_alter_table("reports") as batch_op:
        batch_op.create_unique_constraint("uq_reports_channel_id_reference", ["channel_id", "reference"])
