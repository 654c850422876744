"""What is stored for how long, and dropped by the job `forget` after that.

What is not in this table is stored for good.

For good, on purpose: the ledger and the audit (rows are only ever added, and name no person), listings, demands and reservations
(the ledger refers to them). Photo files without a lot go after a day (`sweep_photos`), because a form may still be under way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from config import Config
from marketplace.accounts.actions import idempotency, sessions
from marketplace.accounts.rules.accounts import FAILURES_WINDOW, IDEMPOTENCY_LIFETIME, KEPT_FOR
from marketplace.imports.actions.load import PREVIEWS_KEPT, forget_previews
from marketplace.kernel import runs, tasks
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.market.actions import drafts, photos
from marketplace.market.rules.drafts import SKETCH_KEPT
from marketplace.market.rules.photos import REMOVED_KEPT
from marketplace.notices.actions import deliveries


@dataclass(frozen=True, slots=True)
class RetentionLine:
    """One line of the table: what, for how long, and the verb that drops it.

    The verb drops what is older and returns how much that was.
    """

    what: Text
    period: timedelta
    drop: Callable[[Session], int]


def retention(config: Config) -> tuple[RetentionLine, ...]:
    """The table for this installation."""
    idle, lifetime = timedelta(minutes=config.session_idle_minutes), timedelta(hours=config.session_hours)
    return (
        RetentionLine(_("Failed attempts to log in"), FAILURES_WINDOW, sessions.forget_attempts),
        RetentionLine(
            _("Sessions, at most; less when somebody does nothing"),
            lifetime,
            lambda session: sessions.forget_sessions(session, idle=idle, lifetime=lifetime),
        ),
        RetentionLine(
            _("Answers to forms and to the API, so that nothing is done twice"), IDEMPOTENCY_LIFETIME, idempotency.forget_keys
        ),
        RetentionLine(_("What somebody had typed when the session ended"), KEPT_FOR, sessions.forget_forms),
        RetentionLine(_("Unfinished offers, after the last change"), SKETCH_KEPT, drafts.forget_sketches),
        RetentionLine(_("Sheets that were loaded and not applied"), PREVIEWS_KEPT, forget_previews),
        RetentionLine(_("Photos that were taken away"), REMOVED_KEPT, photos.forget_removed_photos),
        RetentionLine(_("Runs of the jobs; those that had nothing to do for one day"), runs.RUNS_KEPT, runs.forget_runs),
        RetentionLine(_("Background tasks that are over"), tasks.TASKS_KEPT, tasks.forget_tasks),
        RetentionLine(_("Messages that were delivered"), deliveries.NOTICES_KEPT, deliveries.forget_notices),
    )
