"""The web server of `serve`. Every visitor gets a screen of their own on the same engine."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web
from textual_serve.server import Server

from engine.core.errors import TaoError
from tui.browser.gate import LOOPBACK, gate
from tui.browser.page import SCRIPT, page

LOOK_EVERY_S = 0.5
OPEN_NETWORK = ("Everybody who can read this network's traffic can read the token. On a network that you do not trust, "
                "use `ssh -L {port}:127.0.0.1:{port} HOST` instead of --host.")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen. port: 0 for any that is free; token: None lets everybody in who can reach it."""

    host: str
    port: int
    token: str | None


@dataclass(frozen=True, slots=True)
class Served:
    """command: what shows a screen in a terminal; alive: whether there is still something to show; print_url, warn:
    what to do with the address, and with a sentence."""

    command: str
    alive: Callable[[], bool]
    print_url: Callable[[str], None]
    warn: Callable[[str], None]


def serve(served: Served, address: Address) -> None:
    """Show screens until Ctrl-C, or until the engine ends. Raises TaoError when the port is taken or not allowed."""
    asyncio.run(_serve(served, address))


def application(command: str, host: str, token: str | None) -> web.Application:
    """The web application, behind its gate."""
    server = Server(command, host=host, title="Tao")

    async def index(request: web.Request) -> web.Response:
        return web.Response(text=page(request.host, request.secure, request.query.get("fontsize", "")),
                            content_type="text/html")

    async def script(request: web.Request) -> web.Response:
        return web.Response(text=SCRIPT, content_type="text/javascript")

    made = web.Application(middlewares=[gate(token, host)])
    made.add_routes([web.get("/", index), web.get("/tao.js", script), web.get("/ws", server.handle_websocket),
                     web.get("/download/{key}", server.handle_download), web.static("/static", server.statics_path)])
    return made


async def _serve(served: Served, address: Address) -> None:
    runner = web.AppRunner(application(served.command, address.host, address.token), access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, address.host, address.port).start()
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise TaoError(f"The browser's screen cannot be at {address.host}, port {address.port}: {reason}. Choose "
                           "another --port, or another --host.") from None
        port = runner.addresses[0][1]
        if address.host not in LOOPBACK:
            served.warn(OPEN_NETWORK.format(port=port))
        shown = socket.gethostname() if address.host in ("0.0.0.0", "::") else address.host
        shown = f"[{shown}]" if ":" in shown else shown
        served.print_url(f"http://{shown}:{port}/" + (f"?token={quote(address.token)}" if address.token else ""))
        await _until_the_end(served.alive)
    finally:
        await runner.cleanup()


async def _until_the_end(alive: Callable[[], bool]) -> None:
    """Return on Ctrl-C, SIGTERM, or when there is nothing left to show."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # where the system has no such signals
            loop.add_signal_handler(number, told.set)
    while alive() and not told.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), LOOK_EVERY_S)
