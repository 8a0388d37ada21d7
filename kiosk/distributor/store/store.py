"""The store as a whole, and the administration that the command line and the demo do with it."""

import time
from pathlib import Path
from types import TracebackType
from typing import Self

from kiosk.distributor.store.agents import Agents
from kiosk.distributor.store.clock import Clock
from kiosk.distributor.store.database import close_database, next_epoch, open_database
from kiosk.distributor.store.sessions import Sessions
from kiosk.distributor.store.terminals import Terminals
from kiosk.errors import ConfigError

LONGEST_NAME = 80


class Store:
    """One state folder. Its calls block for the disk or a password's hash: not on an event loop.

    Several programs may use one folder at a time: codes and accounts can be made while a distributor runs.
    Raises `StartError` where the folder or its database can't be used.
    """

    def __init__(self, state_dir: Path, clock: Clock = time.time) -> None:
        self._state_dir = state_dir
        self._engine = open_database(state_dir)
        self.terminals = Terminals(self._engine, clock)
        self.agents = Agents(self._engine, clock)
        self.sessions = Sessions(self._engine, clock)

    def next_epoch(self) -> int:
        """The number of this start of the distributor, from 1."""
        return next_epoch(self._engine)

    def add_agent(self, name: str, role: str, password: str | None = None) -> str:
        """The id of a new agent's account. Raises `ConfigError` where the name is taken or the password too short."""
        return self.agents.add(name, role, password).agent_id

    def has_agent(self, name: str) -> bool:
        """Whether there is an account of this name."""
        return self.agents.find(name) is not None

    def agent_link(self, name: str) -> str:
        """A one-time sign-in code for this agent, good for a day. Raises `ConfigError` for an unknown name."""
        return self.agents.new_link(name)

    def new_enrolment_code(self, terminal: str, branch: str) -> str:
        """A one-time code, good for seven days, for the terminal of this name in this branch.

        Raises `ConfigError` where a name is empty or too long.
        """
        for what, value in (("terminal's name", terminal), ("branch", branch)):
            if not 0 < len(value.strip()) <= len(value) <= LONGEST_NAME:
                raise ConfigError(f"A {what} has 1 to {LONGEST_NAME} characters.")
        return self.terminals.new_code(terminal, branch)

    def close(self) -> None:
        """Let go of the file; safe to call twice."""
        close_database(self._engine, self._state_dir)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
