"""Flask's command line, as `python3 -m marketplace ...`.

A setting, a verb or a database that refuses ends in one sentence and exit status 1.
"""

import sys

from flask.cli import ScriptInfo

from config import Misconfigured
from marketplace.kernel.db import explain
from marketplace.kernel.errors import Refusal


def main() -> None:
    try:
        from wsgi import app

        with app.app_context():
            app.cli.main(prog_name="python3 -m marketplace", obj=ScriptInfo(create_app=lambda: app))
    except (Misconfigured, Refusal) as refusal:
        sys.exit(str(refusal))
    except OSError as error:
        if error.filename is None:
            raise
        sys.exit(f"{error.filename}: {error.strerror}. Name another place.")
    except Exception as error:
        sentence = explain(error)
        if sentence is None:
            raise
        sys.exit(str(sentence))


if __name__ == "__main__":
    main()
