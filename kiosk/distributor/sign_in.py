"""Agents sign in over HTTP: a name and a password, or a one-time code, for a session cookie."""

from collections.abc import Mapping
from json import JSONDecodeError

from aiohttp import web

from kiosk import logs
from kiosk.distributor.connection import Left
from kiosk.distributor.desk import Desk
from kiosk.distributor.requests import COOKIE, address_of, same_origin
from kiosk.distributor.store.agents import Agent
from kiosk.distributor.store.sessions import SESSION_LIFETIME_S
from kiosk.errors import PeerError
from kiosk.protocol.fields import ErrorCode, Role

log = logs.get(__name__)


class SignIn:
    """The pages under ``/api``. Errors are JSON: ``{"error": CODE}``."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """What it serves."""
        return [
            web.post("/api/sign-in", self.sign_in),
            web.post("/api/sign-out", self.sign_out),
            web.get("/api/me", self.me),
        ]

    async def sign_in(self, request: web.Request) -> web.Response:
        """204 and the cookie; 401 where the name, password or code is wrong; 429 after too many wrong ones."""
        if not same_origin(request):
            return _error(403, "foreign_origin")
        if request.content_type != "application/json":
            return _error(415, "not_json")
        address = address_of(request)
        blocked_s = self._desk.sign_ins.blocked_s(address)
        if blocked_s:
            return _error(429, "too_many", {"Retry-After": str(round(blocked_s) + 1)})
        given = await _given(request)
        if given is None:
            return _error(400, "malformed")
        self._desk.sign_ins.add(address)
        agent = await self._find(given)
        if agent is None:
            log.info("agent.sign_in_failed")
            return _error(401, "wrong")
        self._desk.sign_ins.forgive(address)
        token = await self._desk.off_loop(self._desk.store.sessions.open, agent.agent_id)
        log.info("agent.signed_in", agent_id=agent.agent_id)
        response = web.Response(status=204)
        response.set_cookie(
            COOKIE,
            token,
            max_age=SESSION_LIFETIME_S,
            httponly=True,
            samesite="Strict",
            secure=self._desk.secure,
        )
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        """204; the session is over, and so is a connection that was opened with it."""
        if not same_origin(request):
            return _error(403, "foreign_origin")
        token = request.cookies.get(COOKIE)
        agent = await self._agent(request)
        if token and agent:
            await self._desk.off_loop(self._desk.store.sessions.close, token)
            peer = self._desk.exchange.peers.get(Role.AGENT, agent.agent_id)
            if peer and peer.session_token == token:
                peer.connection.refuse(PeerError(ErrorCode.NOT_SIGNED_IN, "The agent has signed out."), None)
                self._desk.exchange.leave(peer, Left.ON_PURPOSE)
            log.info("agent.signed_out", agent_id=agent.agent_id)
        response = web.Response(status=204)
        response.del_cookie(COOKIE, httponly=True, samesite="Strict", secure=self._desk.secure)
        return response

    async def me(self, request: web.Request) -> web.Response:
        """Who is signed in, or 401."""
        agent = await self._agent(request)
        if agent is None:
            return _error(401, "not_signed_in")
        return web.json_response(
            {"agent_id": agent.agent_id, "name": agent.name, "role": agent.role}, headers={"Cache-Control": "no-store"}
        )

    async def _agent(self, request: web.Request) -> Agent | None:
        token = request.cookies.get(COOKIE)
        return await self._desk.off_loop(self._desk.store.sessions.agent, token) if token else None

    async def _find(self, given: Mapping[str, str]) -> Agent | None:
        agents = self._desk.store.agents
        if "code" in given:
            return await self._desk.off_loop(agents.with_link, given["code"])
        return await self._desk.off_loop(agents.with_password, given["name"], given["password"])


async def _given(request: web.Request) -> Mapping[str, str] | None:
    """The request's strings, where it has just the ones that belong together."""
    try:
        given = await request.json()
    except (JSONDecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        return None
    return given if given.keys() in ({"code"}, {"name", "password"}) else None


def _error(status: int, code: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": code}, status=status, headers=headers)
