"""Long work on the bank as a whole: proving invariants, recounting the roll-ups."""

from functools import partial
from typing import Any

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.booking import rebuild_month
from marketplace.exchange.queries.invariants import INVARIANTS, Question, ledger_chain
from marketplace.jobs.running import Finding, Report, TaskRun
from marketplace.kernel.db import Session
from marketplace.kernel.language import ngettext
from marketplace.kernel.models import Task
from marketplace.ledger.queries import CHUNK, Breach, Link, get_head, list_months, walk_chain


def check_everything(run: TaskRun) -> dict[str, Any]:
    """Ask every invariant in turn; the chain of the ledger is walked in chunks. What was found does not stop the rest."""
    with run.database.read() as reading:
        rows, _head = get_head(reading)
    total = len(INVARIANTS) + rows // CHUNK + 1
    at: dict[str, Any] = run.checkpoint or {"checked": 0, "walked": 0, "chain": None, "breaches": []}
    while at["checked"] < len(INVARIANTS):
        name, question = INVARIANTS[at["checked"]]
        walked = _walk(run, at["chain"]) if question is ledger_chain else _ask(run, question)
        if isinstance(walked, Link):
            at |= {"walked": at["walked"] + 1, "chain": [walked.seq, walked.hash]}
        else:
            breach = [{"invariant": name.message, "found": walked}] if walked else []
            at |= {"checked": at["checked"] + 1, "breaches": at["breaches"] + breach}
        run.step(partial(_recorded, at), done=at["checked"] + at["walked"], total=total)
    walked_to = at["chain"] or [0, Link().hash]
    return {
        "invariants": len(INVARIANTS),
        "breaches": at["breaches"],
        "ledgerRows": walked_to[0],
        "ledgerHead": walked_to[1],
    }


def _recorded(checkpoint: dict[str, Any], _session: Session) -> dict[str, Any]:
    """What was found, to be written down: an invariant is asked without holding up the writers."""
    return checkpoint


def _ask(run: TaskRun, question: Question) -> str | None:
    """Find what breaks an invariant. All statements of a question see one moment, so no write comes between them."""
    with run.database.read(one_moment=True) as reading:
        return question(reading)


def _walk(run: TaskRun, chain: list[Any] | None) -> Link | str | None:
    """One chunk of the ledger's chain, from where the last one ended."""
    with run.database.read() as reading:
        walked = walk_chain(reading, Link(*chain) if chain else Link())
    return f"seq {walked.seq}: {walked.reason}" if isinstance(walked, Breach) else walked


def report_check(task: Task) -> Report:
    """Every invariant with what was found so far."""
    at = task.result or task.checkpoint or {"breaches": []}
    checked = at.get("invariants", at.get("checked", 0))
    breaches = {breach["invariant"]: breach["found"] for breach in at["breaches"]}
    findings = tuple(
        Finding(name, name.message not in breaches if number < checked else None, breaches.get(name.message, ""))
        for number, (name, _question) in enumerate(INVARIANTS)
    )
    if task.result is None:
        return Report(findings=findings)
    if breaches:
        sentence = ngettext(
            "%(num)s invariant is broken. Find out why before anything else is booked.",
            "%(num)s invariants are broken. Find out why before anything else is booked.",
            len(breaches),
        )
        return Report(sentence, False, findings)
    rows = task.result["ledgerRows"]
    held = ngettext("Everything holds. The ledger has %(num)s row.", "Everything holds. The ledger has %(num)s rows.", rows)
    return Report(held, True, findings)


def rebuild_rollups(run: TaskRun) -> dict[str, Any]:
    """Count the ledger again into the roll-ups, a month at a time."""
    at = run.checkpoint or {"month": "", "months": 0, "rows": 0}
    with run.database.read() as reading:
        left = [month for month in list_months(reading) if month > at["month"]]
    for month in left:
        counted = partial(_count_month, run.actor, at, month)
        at = run.step(counted, done=at["months"] + 1, total=at["months"] + len(left) - left.index(month))
    return {"months": at["months"], "ledgerRows": at["rows"]}


def _count_month(actor: Actor, at: dict[str, Any], month: str, session: Session) -> dict[str, Any]:
    rows = rebuild_month(session, actor, month=month)
    return {"month": month, "months": at["months"] + 1, "rows": at["rows"] + rows}


def report_rebuild(task: Task) -> Report:
    """How much was counted."""
    if task.result is None:
        return Report()
    rows = task.result["ledgerRows"]
    return Report(
        ngettext(
            "%(num)s row of the ledger is counted into the figures.",
            "%(num)s rows of the ledger are counted into the figures.",
            rows,
        )
    )
