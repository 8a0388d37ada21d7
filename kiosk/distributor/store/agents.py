"""Agents' accounts, their passwords and one-time sign-in links."""

from dataclasses import dataclass

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from kiosk.distributor.store.clock import Clock
from kiosk.distributor.store.codes import code_digest, new_code
from kiosk.distributor.store.passwords import Passwords
from kiosk.distributor.store.tables import agents, sign_in_codes
from kiosk.errors import ConfigError
from kiosk.protocol.fields import new_id

LINK_LIFETIME_S = 24 * 3600
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent's account; ``role`` is what customers read under the name."""

    agent_id: str
    name: str
    role: str


class Agents:
    """The agents' accounts of one database."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._passwords = Passwords()

    def add(self, name: str, role: str, password: str | None) -> Agent:
        """A new account; without a password it is signed in to with links only.

        Raises `ConfigError` where the name is taken or too long, or the password too short.
        """
        _check_label("name", name)
        _check_label("role", role)
        if password is not None and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise ConfigError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
        agent = Agent(new_id(), name, role)
        hashed = self._passwords.hash(password) if password is not None else None
        values = {"password_hash": hashed, "sign_in_name": _sign_in_name(name), "added_at": self._clock()}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(agents).values(agent_id=agent.agent_id, name=name, role=role, **values))
        except IntegrityError:
            raise ConfigError("An agent of this name is there already.", "Choose another name.") from None
        return agent

    def find(self, name: str) -> Agent | None:
        """The agent who signs in with ``name``, whatever its case."""
        with self._engine.connect() as connection:
            columns = (agents.c.agent_id, agents.c.name, agents.c.role)
            row = connection.execute(select(*columns).where(agents.c.sign_in_name == _sign_in_name(name))).one_or_none()
        return Agent(*row) if row else None

    def with_password(self, name: str, password: str) -> Agent | None:
        """The agent with this name and password; takes the same time for a name that isn't there."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(agents.c.password_hash).where(agents.c.sign_in_name == _sign_in_name(name))
            ).scalar()
        return self.find(name) if self._passwords.matches(found, password[: LONGEST_PASSWORD + 1]) else None

    def new_link(self, name: str) -> str:
        """A code that signs this agent in once, within a day. Raises `ConfigError` where there is no such agent."""
        agent = self.find(name)
        if agent is None:
            raise ConfigError("There is no agent of this name.", "Add the agent first.")
        code = new_code()
        values = {"digest": code_digest(code), "expires_at": self._clock() + LINK_LIFETIME_S}
        with self._engine.begin() as connection:
            connection.execute(delete(sign_in_codes).where(sign_in_codes.c.expires_at < self._clock()))
            connection.execute(insert(sign_in_codes).values(agent_id=agent.agent_id, **values))
        return code

    def with_link(self, code: str) -> Agent | None:
        """The agent whom ``code`` signs in, who can't use it again."""
        now = self._clock()
        fresh = (sign_in_codes.c.digest == code_digest(code)) & sign_in_codes.c.used_at.is_(None)
        with self._engine.begin() as connection:
            claim = update(sign_in_codes).where(fresh, sign_in_codes.c.expires_at > now).values(used_at=now)
            agent_id = connection.execute(claim.returning(sign_in_codes.c.agent_id)).scalar()
            columns = (agents.c.agent_id, agents.c.name, agents.c.role)
            row = connection.execute(select(*columns).where(agents.c.agent_id == agent_id)).one_or_none()
        return Agent(*row) if row else None


def _sign_in_name(name: str) -> str:
    return " ".join(name.split()).casefold()


def _check_label(what: str, value: str) -> None:
    if not 0 < len(value.strip()) <= len(value) <= LONGEST_NAME:
        raise ConfigError(f"An agent's {what} has 1 to {LONGEST_NAME} characters.")
