"""Middleware around Flask: `/en` in front of a path, and the headers of every answer. Static files and errors carry them too."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from time import monotonic
from typing import Any

from werkzeug.sansio.utils import host_is_trusted

from marketplace.kernel import patience

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
API_PAGES = ("/api/v1/docs", "/api/v1/changelog")  # the two pages among the API's addresses
PROBES, LOOPBACK = ("/healthz", "/readyz"), ("127.0.0.1", "localhost")
READ_ON_BYTES, READ_ON_S, READ_ON_STEP = 270_000_000, 30, 65_536  # a little more than the largest form
_WITHOUT_LOCALE = ("/api/", "/static/", "/media/", "/healthz", "/readyz")


class LocalePrefix:
    """Middleware that makes `/en/aanbod` the English `/aanbod`.

    The prefix moves into SCRIPT_NAME, so every link on the page has it.
    """

    def __init__(self, wsgi: Wsgi) -> None:
        self.wsgi = wsgi

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/en" or (path.startswith("/en/") and (path[3:] in API_PAGES or not path[3:].startswith(_WITHOUT_LOCALE))):
            environ = {
                **environ,
                "PATH_INFO": path[3:] or "/",
                "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + "/en",
                "marketplace.locale": "en",
            }
        return self.wsgi(environ, start_response)


class ReadOn:
    """Middleware that reads on to the end of a body that was refused, within bounds.

    A server that closes while the body still comes resets the connection, and a proxy makes 502 of our answer.
    """

    def __init__(self, wsgi: Wsgi) -> None:
        self.wsgi = wsgi

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = self.wsgi(environ, start_response)
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            self._read_on(environ["wsgi.input"])
        return answer

    @staticmethod
    def _read_on(body: Any) -> None:
        until, left = monotonic() + READ_ON_S, READ_ON_BYTES
        with suppress(OSError, ValueError):  # the client is gone, or the body has been closed
            while left > 0 and monotonic() < until and (read := body.read(READ_ON_STEP)):
                left -= len(read)


class LimitedWaits:
    """Middleware that lets one request wait ten seconds for the database. All its questions together."""

    def __init__(self, wsgi: Wsgi) -> None:
        self.wsgi = wsgi

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        with patience.limited():
            return self.wsgi(environ, start_response)


class KnownHosts:
    """Middleware that answers 400 to a request for another host name than our own.

    Before anything is looked up or stored in memory.

    `names` as the operator writes them; one that starts with a dot takes its subdomains too. A check from this machine itself
    whether the process lives may use its number.
    """

    def __init__(self, wsgi: Wsgi, names: Collection[str]) -> None:
        self.wsgi = wsgi
        self.names = list(names)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        names = [*self.names, *LOOPBACK] if environ.get("PATH_INFO") in PROBES else self.names
        if host_is_trusted(environ.get("HTTP_HOST") or environ.get("SERVER_NAME", ""), names):
            return self.wsgi(environ, start_response)
        sentence = b"This site does not go by that name. Check the address.\n"
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(sentence))),
            ("Cache-Control", "no-store"),
        ]
        start_response("400 BAD REQUEST", headers)
        return (sentence,)


def security_headers(*, tile_host: str = "") -> list[tuple[str, str]]:
    """The headers of safety rule 15; the measure is internet.nl's. `tile_host` only where the operator switched map tiles on."""
    images = "'self' data: blob:" + (f" {tile_host}" if tile_host else "")
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src {images}; connect-src 'self'; font-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), interest-cohort=()"),
        ("Strict-Transport-Security", "max-age=63072000; includeSubDomains"),
    ]


class SecurityHeaders:
    """Adds the headers to every answer that does not carry them yet."""

    def __init__(self, wsgi: Wsgi, headers: list[tuple[str, str]]) -> None:
        self.wsgi = wsgi
        self.headers = headers

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            present = {name.lower() for name, _value in headers}
            return start_response(status, headers + [pair for pair in self.headers if pair[0].lower() not in present], *rest)

        return self.wsgi(environ, start)
