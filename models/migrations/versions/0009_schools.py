"""What was told of a round."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "round_news",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("news", sa.String(length=20), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_round_news_channel_id_channels")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_news_round_id_rounds")),
        sa.PrimaryKeyConstraint("round_id", "news", name=op.f("pk_round_news")),
    )


def downgrade() -> None:
    op.drop_table("round_news")
