"""What a browser keeps of a page for one reader: nothing but a form that was refused.

Back to an answer on a POST shows the browser's copy or an error, for a form is not sent a second time by itself. So this one browser
keeps a refused form, with what was typed, until its reader logs out.
"""

from flask import Response, request

HERE_ALONE = "private, no-cache"


def apart(response: Response) -> Response:
    """Mark an answer for one reader: kept nowhere, a refused form by this browser alone."""
    is_refused_form = request.method == "POST" and response.status_code >= 400 and response.mimetype == "text/html"
    response.headers["Cache-Control"] = HERE_ALONE if is_refused_form else "no-store"
    return response


def findable(response: Response) -> Response:
    """Let the browser find its copy again after its cookie has changed.

    Every message that is shown once changes it.
    """
    if response.headers.get("Cache-Control") == HERE_ALONE:
        response.vary.discard("cookie")  # Werkzeug finds the name in small letters only
    return response


def cleared(response: Response) -> Response:
    """Tell the browser to throw away what it kept of this site."""
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
