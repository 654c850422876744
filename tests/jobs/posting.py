"""A posting worker that can be killed: imports everything once, then forks one worker for every line that it reads.

    python -m tests.jobs.posting DATABASE_URL FOLDER SMTP_PORT

A line holds seconds: the worker's clock stands that much later, so that what a killed one had leased is free again. It answers with the
worker's process id, and when that has ended with its exit code (-9: killed).
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

from marketplace.accounts.queries.people import Recipient
from marketplace.app import create_app
from marketplace.jobs.post import post_due, render
from marketplace.kernel import clock
from marketplace.notices.actions.deliveries import Letter
from marketplace.notices.rules.kinds import Notice
from tests.databases import settings


def main(database_url: str, folder: str, port: str) -> None:
    app = create_app(settings(database_url, Path(folder), smtp_host="127.0.0.1", smtp_port=int(port), smtp_tls="none"))
    nobody = Letter(1, Notice.PASSWORD_CHANGED, {}, 1, None, None, "nl", clock.now())
    render(app, nobody, Recipient("a@b.nl", "A", "nl"))  # templates and translations are read before the first fork
    for line in sys.stdin:
        worker = os.fork()
        if not worker:
            with clock.frozen(clock.now() + timedelta(seconds=int(line))):
                while post_due(app):
                    pass
            os._exit(0)
        print(worker, flush=True)  # noqa: T201 - the test reads it
        _worker, status = os.waitpid(worker, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
