"""Access to the browser's screen: only with the token, and not from other web pages."""

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NO_TOKEN = "This page opens only with its token: use the whole address that `tao_live.py serve` has printed."
ELSEWHERE = "Another web page asked for this one. Open its address yourself."
HEADERS = {"Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
           "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                                      "connect-src 'self' ws: wss:; frame-ancestors 'none'"}


def gate(token: str | None, own_host: str) -> Middleware:
    """A middleware that answers 403 unless the request brings the token, in the address or, from then on, in a cookie.

    token: None lets everybody in. own_host: the address that is listened to. A request that another web page makes is
    refused in any case: its Origin is not the Host it asks for, or, on the loopback, the Host is not this computer.
    """

    @web.middleware
    async def checked(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_direct(request, own_host):
            raise web.HTTPForbidden(text=ELSEWHERE)
        if token is not None:
            cookie = f"tao-{request.url.port}"  # cookies do not know ports
            if request.path == "/" and _same(request.query.get("token", ""), token):
                onwards = web.HTTPSeeOther("/", headers=HEADERS)  # so that the token leaves the address line
                onwards.set_cookie(cookie, token, httponly=True, samesite="Lax")
                raise onwards
            if not _same(request.cookies.get(cookie, ""), token):
                raise web.HTTPForbidden(text=NO_TOKEN)
        answer = await handler(request)
        if not answer.prepared:
            answer.headers.update(HEADERS)
        return answer

    return checked


def _same(given: str, token: str) -> bool:
    return hmac.compare_digest(given.encode(), token.encode())


def _is_direct(request: web.Request, own_host: str) -> bool:
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        return False
    return own_host not in LOOPBACK or request.url.host in LOOPBACK
