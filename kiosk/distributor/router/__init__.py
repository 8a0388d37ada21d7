"""CORE. Who serves whom: events in, effects out, time as an argument, one next deadline.

Longest-idle agent first, first come first served, one agent for a call and one call for an agent. Use `Router`.
"""

from kiosk.distributor.router.router import Router
from kiosk.distributor.router.settings import RouterSettings
from kiosk.distributor.router.views import AgentView, CallView, LinkView, Phase

__all__ = ["AgentView", "CallView", "LinkView", "Phase", "Router", "RouterSettings"]
