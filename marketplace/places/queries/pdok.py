"""PDOK's Locatieserver (v3.1) as a geopy geocoder. geopy has none of its own; the address comes from the configuration."""

import http.client
import re
import time
import urllib.request
from typing import Any
from urllib.parse import urlencode

from geopy.adapters import AdapterHTTPError, URLLibAdapter
from geopy.exc import GeocoderParseError, GeocoderServiceError, GeocoderTimedOut, GeocoderUnavailable
from geopy.geocoders.base import Geocoder
from geopy.location import Location

CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 10.0
LARGEST_ANSWER_BYTES = 1_000_000
_POINT = re.compile(r"POINT\((-?[0-9.]+) (-?[0-9.]+)\)")
_FIELDS = "id,weergavenaam,type,score,centroide_ll,woonplaatsnaam,postcode,gemeentecode"


class _Http(http.client.HTTPConnection):
    """Three seconds to connect, ten to read."""

    def connect(self) -> None:
        self.timeout = CONNECT_TIMEOUT_S
        super().connect()
        self.sock.settimeout(READ_TIMEOUT_S)


class _Https(http.client.HTTPSConnection):
    """The same over TLS; the handshake belongs to connecting."""

    def connect(self) -> None:
        self.timeout = CONNECT_TIMEOUT_S
        super().connect()
        self.sock.settimeout(READ_TIMEOUT_S)


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Http, req)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Https, req)


class PatientAdapter(URLLibAdapter):  # type: ignore[misc]  # geopy has no types
    """geopy's adapter on the standard library, with limits on time and size.

    A limit to connect, one to read in all, and one to how much is read.
    """

    def __init__(self, *, proxies: Any, ssl_context: Any) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        opener = urllib.request.build_opener(
            _HttpHandler(), _HttpsHandler(context=ssl_context), urllib.request.ProxyHandler(proxies)
        )
        self.urlopen = opener.open

    def _decode_page(self, page: Any) -> str:
        """Read and decode the page in pieces. So an answer that drips does not hold us longer than one that is silent."""
        until, body = time.monotonic() + READ_TIMEOUT_S, b""
        try:
            while piece := page.read1(65_536):
                body += piece
                if time.monotonic() > until:
                    raise GeocoderTimedOut("The answer came too slowly")
                if len(body) > LARGEST_ANSWER_BYTES:
                    raise GeocoderParseError("The answer is too large")
        except TimeoutError as error:
            raise GeocoderTimedOut("The answer came too slowly") from error
        except (OSError, http.client.HTTPException) as error:
            raise GeocoderServiceError("The answer broke off") from error
        return body.decode("utf-8", "replace")


class PdokGeocoder(Geocoder):  # type: ignore[misc]  # geopy has no types
    """`free` for words. `raw` of the Location is PDOK's document; its point is `POINT(lon lat)`.

    `url` ends in the version, such as `https://api.pdok.nl/bzk/locatieserver/search/v3_1`. Unknown parameters are refused by the
    service since 3.1, so only documented ones are sent.
    """

    def __init__(self, url: str) -> None:
        super().__init__(timeout=READ_TIMEOUT_S, adapter_factory=PatientAdapter, user_agent="twentse-materialenbank")
        self.url = url.rstrip("/")

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: float | None = None) -> Any:
        """The best answer, or the best ten. geopy's own errors tell slow, busy and down apart."""
        requested = {"q": query, "rows": 1 if exactly_one else 10, "fl": _FIELDS}
        return self._call_geocoder(
            f"{self.url}/free?{urlencode(requested)}",
            lambda answer: self._read(answer, exactly_one),
            timeout=timeout or READ_TIMEOUT_S,
        )

    def _geocoder_exception_handler(self, error: Exception) -> None:
        if isinstance(error, AdapterHTTPError) and error.status_code >= http.client.INTERNAL_SERVER_ERROR:
            raise GeocoderUnavailable(str(error)) from error

    def _read(self, answer: Any, exactly_one: bool) -> Any:
        try:
            rows = [self._location(document) for document in answer["response"]["docs"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise GeocoderParseError("PDOK answered in another shape") from error
        if exactly_one:
            return rows[0] if rows else None
        return rows or None

    def _location(self, document: dict[str, Any]) -> Location:
        point = _POINT.fullmatch(document["centroide_ll"])
        if point is None:
            raise ValueError(document["centroide_ll"])
        lon, lat = (float(number) for number in point.groups())
        return Location(document["weergavenaam"], (lat, lon), document)
