"""Middleware around Flask: `/en` in front of a path, and the headers of every answer. Static files and errors carry them too."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from werkzeug.sansio.utils import host_is_trusted

from marketplace.kernel import patience

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
API_PAGE = "/api/v1/docs"  # the one page among the API's addresses
PROBES, LOOPBACK = ("/healthz", "/readyz"), ("127.0.0.1", "localhost")
_WITHOUT_LOCALE = ("/api/", "/static/", "/media/", "/healthz", "/readyz")


class LocalePrefix:
    """Middleware that makes `/en/aanbod` the English `/aanbod`.

    The prefix moves into SCRIPT_NAME, so every link on the page has it.
    """

    def __init__(self, wsgi: Wsgi) -> None:
        self.wsgi = wsgi

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/en" or (path.startswith("/en/") and (path[3:] == API_PAGE or not path[3:].startswith(_WITHOUT_LOCALE))):
            environ = {
                **environ,
                "PATH_INFO": path[3:] or "/",
                "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + "/en",
                "marketplace.locale": "en",
            }
        return self.wsgi(environ, start_response)


class LimitedWaits:
    """Middleware that lets one request wait ten seconds for the database at most, all its questions together."""

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
        f"img-src {images}; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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
