"""Demonstration data: into an empty database only, never in production. `serve` calls `load`, `is_loaded` and prints `ACCOUNTS`."""

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from config import Config
from marketplace.accounts.policy import OPERATOR
from marketplace.accounts.queries.people import find_person, has_people
from marketplace.accounts.rules.passwords import hash_password
from marketplace.cli.generate import generate_command
from marketplace.kernel.db import Database

DOMAIN = "materialenbank.example"
ACCOUNTS: tuple[tuple[str, str], ...] = (
    (f"projectleider.hengelo@{DOMAIN}", "project leader of Hengelo: lists and reserves (one for each municipality)"),
    (f"projectleider.borne@{DOMAIN}", "project leader of Borne"),
    (f"coordinator.hengelo@{DOMAIN}", "coordinator of Hengelo: people, depots, material use"),
    (f"projectleider.waterschap-vechtstromen@{DOMAIN}", "project leader of a partner, a water board: its turn comes later"),
    (f"coordinator.waterschap-vechtstromen@{DOMAIN}", "coordinator of the water board"),
    (f"coordinator.regio-twente@{DOMAIN}", "the region's coordinator"),
    (f"aoce@{DOMAIN}", "reviewer of the AO CE: every figure of the region"),
    (f"adviseur@{DOMAIN}", "adviser of the environmental service: judges lots, does not trade"),
    (f"beheer@{DOMAIN}", "administrator of the platform"),
)
group = AppGroup("demo", help="Demonstration data, never in production.")


def load(app: Flask) -> bool:
    """Fills an empty database in one transaction; False when it is not empty. The caller lets one process in at a time."""
    from marketplace.cli import (
        demo_advice,
        demo_depots,
        demo_freshness,
        demo_joint,
        demo_lots,  # only a first start needs them
        demo_memos,
        demo_papers,
        demo_passports,
        demo_plan,
        demo_planned,
        demo_story,
        demo_talk,
        demo_values,
        reference,
    )
    from marketplace.plans.actions.runs import make_at_once
    from marketplace.plans.queries.pairs import Objective

    config: Config = app.extensions["settings"]
    database: Database = app.extensions["database"]
    if config.production:
        return False
    with database.read() as session:
        if has_people(session):
            return False
    reference.seed_reference(database)
    pictures = demo_lots.store_pictures(app.extensions["media"])
    paper = demo_papers.store_declaration(app.extensions["media"])
    password = hash_password(config.demo_password)
    with database.transaction() as session:
        demo_lots.make_partner(session)
        cast = demo_lots.make_people(session, password, DOMAIN)
        adviser = demo_advice.make_adviser(session, password, DOMAIN)
        demo_story.load_history(session, cast, pictures, paper)
        lots = demo_lots.make_listings(session, cast, pictures)
        demo_papers.declare_all(session, cast, lots, paper)
        demands = demo_lots.make_demands(session, cast)
        demo_story.load_open_rows(session, cast, lots, demands)
        demo_talk.load_talk(session, cast, lots, demands, pictures)
        demo_freshness.load_aged_rows(session, cast, pictures)
        demo_memos.load_memos(session, cast)
        demo_advice.load_advice(session, cast, adviser, lots)
        demo_values.load_last_year(session, cast)
        street = demo_passports.load_passports(session, cast)
        demo_papers.declare_part(session, cast["coordinator.hengelo"], street, paper)
        demo_values.load_this_year(session, cast)
        demo_depots.load_stock(session, cast, demo_depots.open_depots(session, cast), pictures)
        demo_planned.load_plans(session, cast)
        demo_planned.load_contract(session, cast)
        demo_planned.load_past_plans(session, cast, pictures)
        make_at_once(session, OPERATOR, objective=Objective.KILOMETRES)
        demo_plan.load_lots_and_needs(session, cast, pictures, paper)
        make_at_once(session, OPERATOR, objective=Objective.KILOMETRES)
        demo_joint.load_joint_needs(session, cast)
    return True


def is_loaded(app: Flask) -> bool:
    """Whether the demonstration people are in the database."""
    with app.extensions["database"].read() as session:
        return find_person(session, f"aoce@{DOMAIN}") is not None


@group.command("load")
def load_command() -> None:
    """Load the demonstration data into an empty database."""
    if not load(current_app):
        sys.exit("The database is not empty, or this is production. Nothing was loaded.")
    click.echo("Loaded the demonstration data.")


def register(app: Flask) -> None:
    """Add the commands."""
    group.add_command(generate_command)
    app.cli.add_command(group)
