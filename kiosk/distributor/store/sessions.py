"""Who is signed in: sessions of agents' browsers, which outlive a restart of the distributor."""

from sqlalchemy import Engine, delete, insert, select

from kiosk.distributor.store.agents import Agent
from kiosk.distributor.store.clock import Clock
from kiosk.distributor.store.codes import new_token, token_digest
from kiosk.distributor.store.tables import agents, sessions

SESSION_LIFETIME_S = 12 * 3600


class Sessions:
    """The sessions of one database."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def open(self, agent_id: str) -> str:
        """A new session's token, good for twelve hours; old sessions are cleared away by the way."""
        token = new_token()
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at < self._clock()))
            expires_at = self._clock() + SESSION_LIFETIME_S
            connection.execute(
                insert(sessions).values(digest=token_digest(token), agent_id=agent_id, expires_at=expires_at)
            )
        return token

    def agent(self, token: str) -> Agent | None:
        """Whose session this is; None where it is unknown or over."""
        columns = (agents.c.agent_id, agents.c.name, agents.c.role)
        live = (sessions.c.digest == token_digest(token)) & (sessions.c.expires_at > self._clock())
        with self._engine.connect() as connection:
            row = connection.execute(select(*columns).join(sessions).where(live)).one_or_none()
        return Agent(*row) if row else None

    def close(self, token: str) -> None:
        """End a session; one that isn't there is ended already."""
        with self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == token_digest(token)))
