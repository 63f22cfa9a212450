"""People, rounds and verification: who joined how, deadlines, decisions, asks, and what was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_names_agency_id_agencies")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_agency_names_channel_id_channels")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_names")),
        sa.UniqueConstraint("channel_id", "name", name=op.f("uq_agency_names_channel_id_name")),
    )
    op.create_index(op.f("ix_agency_names_agency_id"), "agency_names", ["agency_id"], unique=False)

    op.create_table(
        "extension_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channels.id"], name=op.f("fk_extension_requests_channel_id_channels")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_extension_requests_decided_by_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_extension_requests_person_id_people")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_extension_requests_round_id_rounds")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_extension_requests_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension_requests")),
    )
    op.create_index(op.f("ix_extension_requests_school_id"), "extension_requests", ["school_id"], unique=False)

    op.create_table(
        "extensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_extensions_channel_id_channels")),
        sa.ForeignKeyConstraint(["granted_by"], ["people.id"], name=op.f("fk_extensions_granted_by_people")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_extensions_round_id_rounds")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_extensions_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extensions")),
        sa.UniqueConstraint("round_id", "school_id", name=op.f("uq_extensions_round_id_school_id")),
    )
    op.create_table(
        "join_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_join_requests_agency_id_agencies")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_join_requests_channel_id_channels")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_join_requests_decided_by_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_join_requests_person_id_people")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_join_requests_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_requests")),
    )
    op.create_index(op.f("ix_join_requests_agency_id"), "join_requests", ["agency_id"], unique=False)
    op.create_index(op.f("ix_join_requests_person_id"), "join_requests", ["person_id"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_tickets_agency_id_agencies")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_tickets_channel_id_channels")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_tickets_owner_id_people")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tickets_person_id_people")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_tickets_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_agency_id"), "tickets", ["agency_id"], unique=False)
    op.create_index(
        "uq_tickets_open",
        "tickets",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "asks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("need", sa.String(length=20), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_asks_agency_id_agencies")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_asks_channel_id_channels")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_asks_owner_id_people")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_asks_report_id_reports")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_asks_school_id_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asks")),
        sa.UniqueConstraint("report_id", "question", "need", name=op.f("uq_asks_report_id_question_need")),
    )
    op.create_index(op.f("ix_asks_agency_id"), "asks", ["agency_id"], unique=False)
    op.create_index(op.f("ix_asks_school_id"), "asks", ["school_id"], unique=False)

    op.create_table(
        "plan_checks",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=60), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_plan_checks_channel_id_channels")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_plan_checks_person_id_people")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_plan_checks_report_id_reports")),
        sa.PrimaryKeyConstraint("report_id", "question", name=op.f("pk_plan_checks")),
    )
    op.create_table(
        "sendings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_sendings_channel_id_channels")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sendings_person_id_people")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_sendings_report_id_reports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sendings")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_sendings_report_id_number")),
    )
    op.create_table(
        "ticket_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("of_staff", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("line_message_id", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_ticket_words_channel_id_channels")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_ticket_words_person_id_people")),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_words_ticket_id_tickets")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_words")),
    )
    op.create_index(op.f("ix_ticket_words_line_message_id"), "ticket_words", ["line_message_id"], unique=False)
    op.create_index(op.f("ix_ticket_words_ticket_id"), "ticket_words", ["ticket_id"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("sending_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("evidence", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("visit_on", sa.Date(), nullable=True),
        sa.Column("line_message_id", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_decisions_channel_id_channels")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_decisions_person_id_people")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_decisions_report_id_reports")),
        sa.ForeignKeyConstraint(["sending_id"], ["sendings.id"], name=op.f("fk_decisions_sending_id_sendings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_line_message_id"), "decisions", ["line_message_id"], unique=False)
    op.create_index("ix_decisions_report_id_topic", "decisions", ["report_id", "topic"], unique=False)

    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name=op.f("fk_revisions_answer_id_answers")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_revisions_channel_id_channels")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_revisions_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index(op.f("ix_revisions_answer_id"), "revisions", ["answer_id"], unique=False)

    op.create_table(
        "explanations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=40), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("line_message_id", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_explanations_channel_id_channels")),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_explanations_decision_id_decisions")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_explanations_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_explanations")),
    )
    op.create_index(op.f("ix_explanations_decision_id"), "explanations", ["decision_id"], unique=False)
    op.create_index(op.f("ix_explanations_line_message_id"), "explanations", ["line_message_id"], unique=False)

    with op.batch_alter_table("answers") as batch_op:
        batch_op.add_column(sa.Column("kept_from", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_answers_kept_from_answers"), "answers", ["kept_from"], ["id"])

    with op.batch_alter_table("audit") as batch_op:
        batch_op.add_column(sa.Column("hash", sa.String(length=64), nullable=True))

    with op.batch_alter_table("memberships") as batch_op:
        batch_op.add_column(sa.Column("approved_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_memberships_approved_by_people"), "people", ["approved_by"], ["id"])

    with op.batch_alter_table("people") as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=200), nullable=True))

    with op.batch_alter_table("rounds") as batch_op:
        batch_op.add_column(sa.Column("grace_on", sa.Date(), nullable=True))

    with op.batch_alter_table("schools") as batch_op:
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("schools") as batch_op:
        batch_op.drop_column("closed_at")

    with op.batch_alter_table("rounds") as batch_op:
        batch_op.drop_column("grace_on")

    with op.batch_alter_table("people") as batch_op:
        batch_op.drop_column("name")

    with op.batch_alter_table("memberships") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_memberships_approved_by_people"), type_="foreignkey")
        batch_op.drop_column("approved_by")

    with op.batch_alter_table("audit") as batch_op:
        batch_op.drop_column("hash")

    with op.batch_alter_table("answers") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_answers_kept_from_answers"), type_="foreignkey")
        batch_op.drop_column("kept_from")

    op.drop_index(op.f("ix_explanations_line_message_id"), table_name="explanations")
    op.drop_index(op.f("ix_explanations_decision_id"), table_name="explanations")

    op.drop_table("explanations")
    op.drop_index(op.f("ix_revisions_answer_id"), table_name="revisions")

    op.drop_table("revisions")
    op.drop_index("ix_decisions_report_id_topic", table_name="decisions")
    op.drop_index(op.f("ix_decisions_line_message_id"), table_name="decisions")

    op.drop_table("decisions")
    op.drop_index(op.f("ix_ticket_words_ticket_id"), table_name="ticket_words")
    op.drop_index(op.f("ix_ticket_words_line_message_id"), table_name="ticket_words")

    op.drop_table("ticket_words")
    op.drop_table("sendings")
    op.drop_table("plan_checks")
    op.drop_index(op.f("ix_asks_school_id"), table_name="asks")
    op.drop_index(op.f("ix_asks_agency_id"), table_name="asks")

    op.drop_table("asks")
    op.drop_index(
        "uq_tickets_open",
        table_name="tickets",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.drop_index(op.f("ix_tickets_agency_id"), table_name="tickets")

    op.drop_table("tickets")
    op.drop_index(op.f("ix_join_requests_person_id"), table_name="join_requests")
    op.drop_index(op.f("ix_join_requests_agency_id"), table_name="join_requests")

    op.drop_table("join_requests")
    op.drop_table("extensions")
    op.drop_index(op.f("ix_extension_requests_school_id"), table_name="extension_requests")

    op.drop_table("extension_requests")
    op.drop_index(op.f("ix_agency_names_agency_id"), table_name="agency_names")

    op.drop_table("agency_names")
