"""Answers made smaller on the way, unless their length could betray a secret.

Whoever shares a line with somebody sees how long answers are. Where a page that holds a secret (a form's token, a colleague's number) also holds
what a stranger chose, that stranger can guess the secret letter by letter from the length of compressed answers (BREACH). That takes
answers that the stranger made the browser ask for. So who sends a cookie gets a compressed answer only to what our own pages asked
for, as the browser says in Sec-Fetch-Site; without a cookie there is no secret yet.
"""

import gzip

from flask import Flask, Response, request

from marketplace.http.request import is_api

GZIP_LEVEL = 3
LEAST_BYTES = 800  # below, the header weighs as much as is gained
TYPES = {
    "text/html",
    "text/csv",
    "text/plain",
    "application/json",
    "application/problem+json",
    "application/xml",
    "application/atom+xml",
}


def register(app: Flask) -> None:
    """Look at every answer that Flask makes."""
    app.after_request(compressed)


def compressed(response: Response) -> Response:
    """The answer packed where that is safe, worth it, and asked for."""
    if response.mimetype not in TYPES or response.is_streamed or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < LEAST_BYTES or not request.accept_encodings.quality("gzip") or not is_safe():
        return response
    response.set_data(gzip.compress(body, GZIP_LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response


def is_safe() -> bool:
    """Whether only this browser itself can have sent the request.

    The API does not look at cookies, and a stranger has no token.
    """
    return is_api() or not request.cookies or request.headers.get("Sec-Fetch-Site") == "same-origin"
