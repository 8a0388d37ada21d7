"""The tables. Codes and tokens are kept as digests only, passwords as Argon2id hashes; times are Unix seconds."""

from sqlalchemy import Column, Float, ForeignKey, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint

SCHEMA_VERSION = 1
"""Grows by one with each change of these tables; `kiosk.distributor.store.database` refuses a newer one."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Integer, nullable=False),
)
"""``schema_version`` and ``epoch``."""

terminals = Table(
    "terminals",
    metadata,
    Column("terminal_id", String(64), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("branch", String(80), nullable=False),
    Column("public_key", LargeBinary(32), nullable=False, unique=True),
    Column("enrolled_at", Float, nullable=False),
    UniqueConstraint("branch", "name"),
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("branch", String(80), nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("used_by_key", LargeBinary(32)),
)

agents = Table(
    "agents",
    metadata,
    Column("agent_id", String(64), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("sign_in_name", String(80), nullable=False, unique=True),
    Column("role", String(80), nullable=False),
    Column("password_hash", String(200)),
    Column("added_at", Float, nullable=False),
)

sign_in_codes = Table(
    "sign_in_codes",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("agent_id", String(64), ForeignKey("agents.agent_id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("used_at", Float),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("agent_id", String(64), ForeignKey("agents.agent_id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", Float, nullable=False),
)
