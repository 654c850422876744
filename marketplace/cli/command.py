"""Flask's command line, as `python3 -m marketplace ...`: a setting or a verb that refuses ends in one sentence and exit status 1."""

import sys

from flask.cli import ScriptInfo

from config import Misconfigured
from marketplace.kernel.errors import Refusal


def main() -> None:
    try:
        from wsgi import app

        with app.app_context():
            app.cli.main(prog_name="python3 -m marketplace", obj=ScriptInfo(create_app=lambda: app))
    except (Misconfigured, Refusal) as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
