"""The log: one line of JSON for each thing worth knowing, on standard error."""

import json
import logging
from datetime import UTC, datetime

from flask import g, has_request_context


class JsonLines(logging.Formatter):
    """A record as one line. Where a request is answered, with its id, which a refusal of the API shows."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if has_request_context() and "request_id" in g:
            line["requestId"] = g.request_id
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def start(level: str) -> None:
    """Write what the bank logs, from this level up. Handlers that are there already stay, and write it."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler])
    logging.getLogger("marketplace").setLevel(level)
