"""The tables of the main job"""

import sqlalchemy as sa
from alembic import op

from alliance.db import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "calendar",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
        sa.UniqueConstraint("code", name=op.f("uq_calendar_code")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("session_epoch", sa.String(length=32), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_person_language")),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_person_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_key_hash_at", "sign_in_attempt", ["key_hash", "at"], unique=False)

    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name_zh", name=op.f("uq_tag_name_zh")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=True),
        sa.Column("monogram_zh", sa.String(length=2), nullable=False),
        sa.Column("monogram_en", sa.String(length=2), nullable=False),
        sa.Column("tile", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('university', 'laboratory', 'research_institute', 'hospital', 'enterprise', 'government', 'public_service', 'venue_operator', 'social_org', 'alliance')",
            name=op.f("ck_unit_kind"),
        ),
        sa.CheckConstraint(
            "status IN ('applied', 'active', 'suspended', 'left', 'external')", name=op.f("ck_unit_status")
        ),
        sa.CheckConstraint("tile BETWEEN 1 AND 6", name=op.f("ck_unit_tile")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "unit_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_group")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_group_code")),
    )
    op.create_table(
        "alliance_role",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.CheckConstraint("role IN ('secretariat', 'council')", name=op.f("ck_alliance_role_role")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_alliance_role_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_alliance_role")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.CheckConstraint("scope IN ('read', 'book', 'decide')", name=op.f("ck_api_token_scope")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_api_token_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("ref", name=op.f("uq_api_token_ref")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index("ix_api_token_person_id", "api_token", ["person_id"], unique=False)

    op.create_table(
        "calendar_day",
        sa.Column("calendar_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("day_class", sa.String(length=2), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=True),
        sa.Column("name_en", sa.String(length=60), nullable=True),
        sa.Column("announced", sa.Boolean(), nullable=False),
        sa.CheckConstraint("day_class IN ('WD', 'RD', 'PH')", name=op.f("ck_calendar_day_day_class")),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_calendar_day_calendar_id_calendar")
        ),
        sa.PrimaryKeyConstraint("calendar_id", "date", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("subject_type", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_event_actor_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_event_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_subject", "event", ["subject_type", "subject_id", "id"], unique=False)

    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("detail", sa.String(length=5), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.CheckConstraint("(scope = 'mine') = (subject_id IS NULL)", name=op.f("ck_feed_subject")),
        sa.CheckConstraint("detail IN ('full', 'unit', 'busy')", name=op.f("ck_feed_detail")),
        sa.CheckConstraint("scope IN ('mine', 'unit', 'resource')", name=op.f("ck_feed_scope")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_feed_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("ref", name=op.f("uq_feed_ref")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_hash")),
    )
    op.create_index("ix_feed_person_id", "feed", ["person_id"], unique=False)

    op.create_table(
        "membership",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_membership_unit_id_unit")),
        sa.PrimaryKeyConstraint("person_id", "unit_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_unit_id", "membership", ["unit_id"], unique=False)

    op.create_table(
        "once",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("route", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_once_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "route", "key", name=op.f("pk_once")),
    )
    op.create_index("ix_once_created_at", "once", ["created_at"], unique=False)

    op.create_table(
        "qualification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["unit.id"], name=op.f("fk_qualification_owner_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
        sa.UniqueConstraint("code", name=op.f("uq_qualification_code")),
    )
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subcategory", sa.String(length=60), nullable=False),
        sa.Column("instrument_class", sa.String(length=2), nullable=True),
        sa.Column("preset", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("visibility", sa.String(length=10), nullable=False),
        sa.Column("detail", sa.String(length=5), nullable=False),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=True),
        sa.Column("description_zh", sa.Text(), nullable=True),
        sa.Column("description_en", sa.Text(), nullable=True),
        sa.Column("place_zh", sa.String(length=120), nullable=True),
        sa.Column("place_en", sa.String(length=160), nullable=True),
        sa.Column("specifications_zh", sa.JSON(), nullable=False),
        sa.Column("specifications_en", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.CheckConstraint("detail IN ('full', 'unit', 'busy')", name=op.f("ck_resource_detail")),
        sa.CheckConstraint(
            "kind IN ('instrument', 'platform', 'facility', 'loan_equipment', 'computing', 'talent', 'training', 'service', 'venue')",
            name=op.f("ck_resource_kind"),
        ),
        sa.CheckConstraint("mode IN ('timed', 'request')", name=op.f("ck_resource_mode")),
        sa.CheckConstraint(
            "preset IN ('slot_self', 'slot_assisted', 'slot_pool', 'slot_capacity', 'appointment', 'proposal_block', 'whole_day', 'loan', 'request', 'sample', 'event')",
            name=op.f("ck_resource_preset"),
        ),
        sa.CheckConstraint("status IN ('draft', 'published', 'retired')", name=op.f("ck_resource_status")),
        sa.CheckConstraint(
            "visibility IN ('hidden', 'own_unit', 'groups', 'alliance', 'public')",
            name=op.f("ck_resource_visibility"),
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["unit.id"], name=op.f("fk_resource_owner_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("code", name=op.f("uq_resource_code")),
    )
    op.create_index("ix_resource_kind", "resource", ["kind"], unique=False)
    op.create_index("ix_resource_owner_id", "resource", ["owner_id"], unique=False)

    op.create_table(
        "unit_group_unit",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["unit_group.id"], name=op.f("fk_unit_group_unit_group_id_unit_group")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_group_unit_unit_id_unit")),
        sa.PrimaryKeyConstraint("group_id", "unit_id", name=op.f("pk_unit_group_unit")),
    )
    op.create_index("ix_unit_group_unit_unit_id", "unit_group_unit", ["unit_id"], unique=False)

    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("booked_by_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=8), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("setup_minutes", sa.Integer(), nullable=False),
        sa.Column("teardown_minutes", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("purpose", sa.String(length=2000), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("hold_until", Instant(), nullable=True),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("cancelled_late", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "status IN ('requested', 'approved', 'refused', 'withdrawn', 'expired', 'cancelled')",
            name=op.f("ck_booking_status"),
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_order")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_booking_quantity")),
        sa.ForeignKeyConstraint(["booked_by_id"], ["person.id"], name=op.f("fk_booking_booked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_booking_changed_by_id_person")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_booking_person_id_person")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_booking_resource_id_resource")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_booking_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("ref", name=op.f("uq_booking_ref")),
    )
    op.create_index("ix_booking_person_id_ends_at", "booking", ["person_id", "ends_at"], unique=False)
    op.create_index(
        "ix_booking_requested",
        "booking",
        ["resource_id", "hold_until"],
        unique=False,
        sqlite_where=sa.text("status = 'requested'"),
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.create_index("ix_booking_resource_id_ends_at", "booking", ["resource_id", "ends_at"], unique=False)
    op.create_index("ix_booking_unit_id_ends_at", "booking", ["unit_id", "ends_at"], unique=False)

    op.create_table(
        "held_qualification",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("qualification_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["person.id"], name=op.f("fk_held_qualification_granted_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_held_qualification_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["qualification_id"],
            ["qualification.id"],
            name=op.f("fk_held_qualification_qualification_id_qualification"),
        ),
        sa.PrimaryKeyConstraint("person_id", "qualification_id", name=op.f("pk_held_qualification")),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("label_zh", sa.String(length=60), nullable=False),
        sa.Column("label_en", sa.String(length=60), nullable=True),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_item_resource_id_resource")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
    )
    op.create_index("ix_item_resource_id", "item", ["resource_id"], unique=False)

    op.create_table(
        "management",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_management_person_id_person")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_management_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("person_id", "resource_id", name=op.f("pk_management")),
    )
    op.create_index("ix_management_resource_id", "management", ["resource_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_outbox_event_id_event")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_outbox")),
    )
    op.create_table(
        "policy",
        sa.Column("resource_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hours", sa.String(length=400), nullable=False),
        sa.Column("grid_minutes", sa.Integer(), nullable=False),
        sa.Column("shortest_minutes", sa.Integer(), nullable=True),
        sa.Column("longest_minutes", sa.Integer(), nullable=True),
        sa.Column("notice_hours", sa.Integer(), nullable=True),
        sa.Column("days_ahead", sa.Integer(), nullable=True),
        sa.Column("setup_minutes", sa.Integer(), nullable=False),
        sa.Column("teardown_minutes", sa.Integer(), nullable=False),
        sa.Column("cancel_hours", sa.Integer(), nullable=True),
        sa.Column("hold_days", sa.Integer(), nullable=False),
        sa.Column("active_per_person", sa.Integer(), nullable=True),
        sa.Column("active_per_unit", sa.Integer(), nullable=True),
        sa.Column("routes", sa.JSON(), nullable=False),
        sa.CheckConstraint("grid_minutes BETWEEN 1 AND 1440", name=op.f("ck_policy_grid")),
        sa.CheckConstraint("setup_minutes >= 0 AND teardown_minutes >= 0", name=op.f("ck_policy_buffers")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_policy_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_policy")),
    )
    op.create_table(
        "required_qualification",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("qualification_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["qualification_id"],
            ["qualification.id"],
            name=op.f("fk_required_qualification_qualification_id_qualification"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_required_qualification_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("resource_id", "qualification_id", name=op.f("pk_required_qualification")),
    )
    op.create_table(
        "resource_group",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["unit_group.id"], name=op.f("fk_resource_group_group_id_unit_group")
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_group_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("resource_id", "group_id", name=op.f("pk_resource_group")),
    )
    op.create_index("ix_resource_group_group_id", "resource_group", ["group_id"], unique=False)

    op.create_table(
        "resource_part",
        sa.Column("whole_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("whole_id <> part_id", name=op.f("ck_resource_part_not_itself")),
        sa.ForeignKeyConstraint(["part_id"], ["resource.id"], name=op.f("fk_resource_part_part_id_resource")),
        sa.ForeignKeyConstraint(
            ["whole_id"], ["resource.id"], name=op.f("fk_resource_part_whole_id_resource")
        ),
        sa.PrimaryKeyConstraint("whole_id", "part_id", name=op.f("pk_resource_part")),
    )
    op.create_index("ix_resource_part_part_id", "resource_part", ["part_id"], unique=False)

    op.create_table(
        "resource_tag",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_tag_resource_id_resource")
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_resource_tag_tag_id_tag")),
        sa.PrimaryKeyConstraint("resource_id", "tag_id", name=op.f("pk_resource_tag")),
    )
    op.create_index("ix_resource_tag_tag_id", "resource_tag", ["tag_id"], unique=False)

    op.create_table(
        "closure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=10), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('preventive', 'cleaning', 'calibration', 'breakdown', 'repair', 'own_use', 'other')",
            name=op.f("ck_closure_kind"),
        ),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_closure_order")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_closure_created_by_id_person")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_closure_item_id_item")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_closure_resource_id_resource")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
        sa.UniqueConstraint("ref", name=op.f("uq_closure_ref")),
    )
    op.create_index("ix_closure_resource_id_starts_at", "closure", ["resource_id", "starts_at"], unique=False)

    op.create_table(
        "occupancy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_occupancy_order")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_occupancy_booking_id_booking")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_occupancy_item_id_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occupancy")),
        sqlite_strict=True,
    )
    op.create_index("ix_occupancy_booking_id", "occupancy", ["booking_id"], unique=False)
    op.create_index("ix_occupancy_item_id_starts_at", "occupancy", ["item_id", "starts_at"], unique=False)

    op.create_table(
        "stage",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("deciders", sa.String(length=12), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("at", Instant(), nullable=True),
        sa.CheckConstraint("deciders IN ('owner', 'unit', 'secretariat')", name=op.f("ck_stage_deciders")),
        sa.CheckConstraint("verdict IN ('approved', 'refused')", name=op.f("ck_stage_verdict")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_stage_booking_id_booking")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_stage_by_id_person")),
        sa.PrimaryKeyConstraint("booking_id", "n", name=op.f("pk_stage")),
    )
    guard()


def guard():
    """Let the database itself refuse two overlapping occupancies of one item."""
    if op.get_bind().dialect.name == "postgresql":
        # int4range stands in for "item_id WITH =", which would need the btree_gist extension.
        op.execute(
            "ALTER TABLE occupancy ADD CONSTRAINT occupancy_no_overlap EXCLUDE USING gist "
            "(int4range(item_id, item_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&)"
        )
        return
    # Rows of one item never overlap, so starts and ends are sorted alike: only the last one that starts before the new
    # end can clash.
    op.execute(
        "CREATE TRIGGER occupancy_no_overlap BEFORE INSERT ON occupancy WHEN ("
        "SELECT o.ends_at FROM occupancy o WHERE o.item_id = NEW.item_id AND o.starts_at < NEW.ends_at "
        "ORDER BY o.starts_at DESC LIMIT 1) > NEW.starts_at "
        "BEGIN SELECT RAISE(ABORT, 'occupancy_no_overlap'); END"
    )
    op.execute(
        "CREATE TRIGGER occupancy_no_update BEFORE UPDATE ON occupancy "
        "BEGIN SELECT RAISE(ABORT, 'occupancy_no_overlap: rows are inserted and deleted, never updated'); END"
    )


def downgrade():
    for table in (
        "stage",
        "occupancy",
        "closure",
        "resource_tag",
        "resource_part",
        "resource_group",
        "required_qualification",
        "policy",
        "outbox",
        "management",
        "item",
        "held_qualification",
        "booking",
        "unit_group_unit",
        "resource",
        "qualification",
        "once",
        "membership",
        "feed",
        "event",
        "calendar_day",
        "api_token",
        "alliance_role",
        "unit_group",
        "unit",
        "tag",
        "sign_in_attempt",
        "person",
        "calendar",
    ):
        op.drop_table(table)
