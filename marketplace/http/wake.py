"""Waking a worker for a long task that a request has queued."""

import logging
from typing import cast

from flask import Flask, Response, current_app

from marketplace.jobs import tasks

log = logging.getLogger(__name__)


def waking(response: Response, task_id: int) -> Response:
    """Wake a worker when the answer has been sent, so after the commit. The timetable does so within a minute if this fails."""
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - needed after the request

    def wake() -> None:
        try:
            tasks.wake(app, task_id)
        except Exception:
            log.warning("task %s could not be noted; the timetable wakes a worker", task_id, exc_info=True)

    response.call_on_close(wake)
    return response
