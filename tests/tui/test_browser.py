"""The screen in a browser: it needs the token, and shows the engine that is running."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

import tao_live
from engine.core.snapshot import Snapshot
from tests.rig import RunningEngine, running_engine
from tui.browser.page import page
from tui.browser.server import application

TOKEN = "a secret/ü"
LIMIT_S = 400.0


@pytest.fixture
async def visit() -> AsyncIterator[Callable[..., object]]:
    """A visitor of the page behind a gate with this token."""
    open_now: list[TestClient] = []

    async def opened(token: str | None = TOKEN, own_host: str = "127.0.0.1") -> TestClient:
        client = TestClient(TestServer(application("true", own_host, token)))
        await client.start_server()
        open_now.append(client)
        return client

    yield opened
    for client in open_now:
        await client.close()


@pytest.mark.server
@pytest.mark.parametrize("path", ["/", "/?token=wrong", "/?token=", "/ws", "/static/js/textual.js", "/download/x"])
async def test_without_the_token_everything_is_forbidden(visit, path: str) -> None:
    client = await visit()
    answer = await client.get(path)
    assert answer.status == 403 and "token" in await answer.text()
    answer = await client.get(path, headers={"Cookie": f"tao-{client.port}=wrong"})
    assert answer.status == 403


@pytest.mark.server
async def test_the_token_opens_the_page_and_then_leaves_the_address(visit) -> None:
    client = await visit()
    answer = await client.get("/", params={"token": TOKEN})
    assert answer.status == 200 and answer.url.path == "/" and not answer.url.query
    assert f'data-session-websocket-url="ws://127.0.0.1:{client.port}/ws"' in await answer.text()
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    for script in re.findall(r'<script src="([^"]+)"', await answer.text()):
        assert (await client.get(script)).status == 200


@pytest.mark.server
async def test_another_web_page_gets_nothing_even_where_no_token_is_asked_for(visit) -> None:
    client = await visit(token=None)
    assert (await client.get("/")).status == 200
    assert (await client.get("/ws", headers={"Origin": "https://evil.example"})).status == 403
    assert (await client.get("/", headers={"Host": "evil.example"})).status == 403
    assert (await client.get("/", headers={"Host": "localhost"})).status == 200


@pytest.mark.server
async def test_off_the_loopback_the_computer_may_have_any_name(visit) -> None:
    client = await visit(token=None, own_host="0.0.0.0")
    assert (await client.get("/", headers={"Host": "stage.local"})).status == 200


def test_the_page_loads_nothing_from_elsewhere_and_trusts_no_text() -> None:
    made = page('x" onload="alert(1)', False, "24; drop")
    assert not re.findall(r"https?://", made) and 'onload="' not in made and 'data-font-size="16"' in made
    assert 'data-font-size="60"' in page("h", True, "1000") and "wss://h/ws" in page("h", True, "1000")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningEngine]:
    """A silent engine that only this test finds."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    with running_engine(tmp_path, "null") as running:
        running.load_kit("first")
        yield running


@pytest.fixture
def served(engine: RunningEngine, tmp_path: Path) -> Iterator[str]:
    """The address that `serve` prints."""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "config"),
                   "PYTHONPATH": str(Path(tao_live.__file__).parent)}
    process = subprocess.Popen([sys.executable, tao_live.__file__, "serve", "--port", "0"], env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
        process.terminate()
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def until(engine: RunningEngine, what: Callable[[Snapshot], bool]) -> None:
    """Wait until the engine shows it."""
    assert await asyncio.to_thread(engine.client.wait, what, 30.0)


async def test_a_visitor_sees_the_kit_and_starts_the_music(engine: RunningEngine, served: str) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as visitor:
        bare = served.partition("?")[0]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=.{32}", served)
        assert (await visitor.get(bare)).status == 403
        assert (await visitor.get(served)).status == 200
        async with visitor.ws_connect(f"{bare}ws?width=100&height=30") as line, asyncio.timeout(LIMIT_S):
            seen = b""
            while b"kick" not in seen:
                message = await line.receive()
                assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message
                seen += message.data if isinstance(message.data, bytes) else message.data.encode()
            await line.send_str(json.dumps(["stdin", " "]))
            await until(engine, lambda snapshot: snapshot.meters.playing)


class Browser:
    """Chromium's page, through its DevTools."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line, self._number = line, 0

    async def ask(self, method: str, **parameters: object) -> dict:
        """Its answer to one command."""
        self._number += 1
        await self._line.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            answer = await self._line.receive_json()
            if answer.get("id") == self._number:
                return answer["result"]

    async def value(self, script: str) -> object:
        """What a script on the page yields."""
        return (await self.ask("Runtime.evaluate", expression=script))["result"].get("value")

    async def press(self, key: str, code: str) -> None:
        """A key, as a person presses it."""
        await self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, code=code, text=key)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", key=key, code=code)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
async def test_a_real_browser_shows_the_screen_and_its_keys_play(engine: RunningEngine, served: str,
                                                                 tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
        "--window-size=1000,600", f"--user-data-dir={tmp_path / 'profile'}", served, stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL)
    assert process.stderr is not None
    try:
        async with asyncio.timeout(LIMIT_S), aiohttp.ClientSession() as session:
            while not (found := re.search(rb"DevTools listening on ws://([^/]+)/", await process.stderr.readline())):
                assert process.returncode is None, "Chromium ended"
            pages = await (await session.get(f"http://{found[1].decode()}/json/list")).json()
            address = next(one["webSocketDebuggerUrl"] for one in pages if one["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as line:
                browser = Browser(line)
                while "-first-byte" not in str(await browser.value("document.body.className")):
                    await asyncio.sleep(0.2)
                assert "token" not in str(await browser.value("location.href"))
                await browser.press(" ", "Space")
                await until(engine, lambda snapshot: snapshot.meters.playing)
                await browser.press("m", "KeyM")
                await browser.press("1", "Digit1")
                await until(engine, lambda snapshot: bool(snapshot.status.machine.mutes))
                if folder := os.environ.get("TAO_PICTURES"):
                    picture = await browser.ask("Page.captureScreenshot", format="png")
                    (Path(folder) / "browser.txt").write_text(picture["data"])
    finally:
        process.kill()
        await process.wait()
