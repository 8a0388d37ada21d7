"""Signing in over HTTP, and the headers of every answer. Over real sockets."""

import asyncio
from dataclasses import replace

import pytest

from kiosk.protocol.messages import Welcome
from tests.distributor.conftest import PATIENT, Opens
from tests.distributor.house import House

EVA = {"name": "Eva Example", "password": "correct horse"}


async def add_eva(house: House) -> str:
    """An agent with a password; her id."""
    return await asyncio.to_thread(house.running.store.add_agent, EVA["name"], "Adviser", EVA["password"])


async def test_name_and_password_give_a_cookie_and_who_one_is(house: House) -> None:
    """The cookie can't be read by scripts or sent from other sites; the name's case and blanks don't matter."""
    agent_id = await add_eva(house)
    browser = house.browser()
    async with browser.get("/api/me") as answer:
        assert (answer.status, await answer.json()) == (401, {"error": "not_signed_in"})
    async with browser.post("/api/sign-in", json={**EVA, "name": "eva  example"}) as answer:
        assert answer.status == 204
        cookie = answer.cookies["kiosk_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Strict", "/", "")
    assert len(cookie.value) >= 43
    assert int(cookie["max-age"]) == 12 * 3600
    async with browser.get("/api/me") as answer:
        assert await answer.json() == {"agent_id": agent_id, "name": EVA["name"], "role": "Adviser"}


async def test_a_link_signs_in_once(house: House) -> None:
    """The second use is wrong."""
    await add_eva(house)
    code = await asyncio.to_thread(house.running.store.agent_link, EVA["name"])
    for status in (204, 401):
        async with house.browser().post("/api/sign-in", json={"code": code}) as answer:
            assert answer.status == status


async def test_what_doesnt_sign_in(opens: Opens) -> None:
    """A wrong one is 401 whatever is wrong about it; what isn't a sign-in at all is 400."""
    house = await opens(limits=replace(PATIENT, failures=100))
    await add_eva(house)
    wrong: tuple[object, ...] = (
        {**EVA, "password": "wrong password"},
        {"name": "Nobody", "password": EVA["password"]},
        {"code": "AAAA-BBBB"},
        {"code": ""},
    )
    odd: tuple[object, ...] = ({**EVA, "code": "x"}, {"name": "Eva"}, {"name": "Eva", "password": 7}, [], "text", 7)
    large = ({**EVA, "password": "x" * 20_000},)
    browser = house.browser()
    for status, bodies in ((401, wrong), (400, odd), (413, large)):
        for body in bodies:
            async with browser.post("/api/sign-in", json=body) as answer:
                assert answer.status == status, body
                assert "kiosk_session" not in answer.cookies


async def test_forms_bad_json_and_foreign_pages_dont_sign_in(house: House) -> None:
    """Another site's form or script can't sign a browser in here."""
    await add_eva(house)
    browser = house.browser()
    async with browser.post("/api/sign-in", data=EVA) as answer:
        assert answer.status == 415
    for raw in (b"{", b"\xff", b"[" * 10_000):
        async with browser.post("/api/sign-in", data=raw, headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400
    for path in ("/api/sign-in", "/api/sign-out"):
        async with browser.post(path, json=EVA, headers={"Origin": "https://evil.example"}) as answer:
            assert answer.status == 403


async def test_too_many_failures_from_one_address(opens: Opens) -> None:
    """Then even the right password waits; the answer says how long. Terminals aren't concerned."""
    house = await opens(limits=replace(PATIENT, failures=3, failure_window_s=600))
    await add_eva(house)
    browser = house.browser()
    for _ in range(3):
        async with browser.post("/api/sign-in", json={**EVA, "password": "wrong password"}) as answer:
            assert answer.status == 401
    async with browser.post("/api/sign-in", json=EVA) as answer:
        assert answer.status == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 601
    await house.terminal()


async def test_many_guesses_at_the_same_time_get_no_further_than_many_in_a_row(opens: Opens) -> None:
    """Three are checked, the others turned away unchecked; signing in rightly doesn't count."""
    house = await opens(limits=replace(PATIENT, failures=3))
    await add_eva(house)
    browser = house.browser()

    async def status(password: str) -> int:
        async with browser.post("/api/sign-in", json={**EVA, "password": password}) as answer:
            return answer.status

    assert [await status(EVA["password"]) for _ in range(5)] == [204] * 5
    assert sorted(await asyncio.gather(*(status("wrong password") for _ in range(8)))) == [401] * 3 + [429] * 5


async def test_signing_out_ends_the_session_and_its_connection(house: House) -> None:
    """Another session of the same agent stays."""
    browser = await house.signed_in("Eva")
    agent = await (await house.console(browser)).joined()
    async with browser.post("/api/sign-out") as answer:
        assert answer.status == 204
    await agent.expect_error("not_signed_in", fatal=True)
    async with browser.get("/api/me") as answer:
        assert answer.status == 401
    other = await house.signed_in("Eva")
    second = await (await house.console(other)).joined()
    async with browser.post("/api/sign-out") as answer:
        assert answer.status == 204
    assert not second.socket.closed


async def test_a_session_outlives_a_restart_of_the_distributor(house: House) -> None:
    """Agents don't sign in again after an update; the epoch has grown."""
    browser = await house.signed_in()
    await house.restart()
    async with browser.get("/api/me") as answer:
        assert answer.status == 200
    agent = await house.console(browser)
    await agent.send(agent.hello())
    assert (await agent.expect(Welcome)).epoch == 2


@pytest.mark.parametrize("path", ["/", "/api/me", "/healthz", "/nowhere", "/ws", "/console/nothing.js"])
async def test_every_answer_has_the_security_headers(house: House, path: str) -> None:
    """Errors too."""
    async with house.browser().get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert f"connect-src 'self' ws://127.0.0.1:{house.running.port} wss://" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Server"] == "kiosk"
        assert "Strict-Transport-Security" not in answer.headers


async def test_a_strange_host_header_gets_nothing_into_the_policy(house: House) -> None:
    """It is repeated only where it looks like a host."""
    async with house.browser().get("/healthz", headers={"Host": "evil; script-src *"}) as answer:
        assert "evil" not in answer.headers.get("Content-Security-Policy", "")


async def test_the_console_is_served_and_nothing_beside_it(house: House) -> None:
    """The page, its modules as scripts, and no way out of the folder."""
    browser = house.browser()
    async with browser.get("/") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
    async with browser.get("/console/main.js") as answer:
        assert answer.status == 200
        assert "javascript" in answer.content_type
    for path in ("/console/", "/console/../server.py", "/console/%2e%2e/server.py", "/console/..%2fserver.py"):
        async with browser.get(path) as answer:
            assert answer.status in {403, 404}


async def test_health_says_what_goes_on(house: House) -> None:
    """For whoever watches the service."""
    await house.agent()
    terminal = await house.terminal()
    await terminal.press()
    await terminal.next_message()
    async with house.browser().get("/healthz") as answer:
        counted = {"terminals": 1, "agents": 1, "calls": 1, "links": 0}
        assert await answer.json() == {"status": "ok", "epoch": 1, **counted}
