"""Flask's command line, as `python3 -m marketplace ...`: a setting or a verb that refuses ends in one sentence and exit status 1."""

import sys

from flask.cli import FlaskGroup

from config import Misconfigured
from marketplace.kernel.errors import Refusal


def main() -> None:
    try:
        from wsgi import app

        FlaskGroup(create_app=lambda: app, add_default_commands=False, add_version_option=False).main(
            prog_name="python3 -m marketplace"
        )
    except (Misconfigured, Refusal) as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
