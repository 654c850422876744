"""`plan run`: make the regional plan now."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from marketplace.accounts.policy import OPERATOR
from marketplace.kernel.db import Session
from marketplace.plans.actions.runs import keep_plan, solve, start_plan
from marketplace.plans.queries.pairs import Objective

group = AppGroup("plan", help="The regional plan.")


@group.command("run")
@click.option(
    "--objective",
    type=click.Choice([objective.value for objective in Objective]),
    default=Objective.KILOMETRES.value,
    show_default=True,
)
@click.option("--no-floors", is_flag=True, help="some may get less than first come, first served would give")
def run_command(objective: str, *, no_floors: bool) -> None:
    """Plan everything that is open, keep the plan, and print what it comes to."""
    database, aim = current_app.extensions["database"], Objective(objective)
    with database.read() as reading:
        made = solve(reading, OPERATOR, objective=aim, has_floors=not no_floors)

    def keep(session: Session) -> str:
        run = start_plan(session, OPERATOR, objective=aim, has_floors=not no_floors)
        result = keep_plan(session, OPERATOR, run_id=run.id, made=made)
        session.refresh(run, ["cost"])
        proof = "proven" if result.is_proven else "not proven"
        cost = "" if run.cost is None else f", {run.cost.total_cents / 100:.2f} euro"
        return (
            f"Plan {run.id}: {result.lines} transfers, {result.mass_kg / 1000:.3f} t, {result.tonne_km} tonne-km{cost} ({proof}); "
            f"first come, first served: {result.base_mass_kg / 1000:.3f} t, {result.base_tonne_km} tonne-km; digest {result.digest}"
        )

    click.echo(database.run(keep))


def register(app: Flask) -> None:
    """Adds `plan` to the command line."""
    app.cli.add_command(group)
