"""Rules about verbs and questions: each asks what the actor may, and a door reaches only the verb that tells whom it concerns."""

import ast

import pytest

from config import PROJECT
from tests.house.source import PACKAGE, ROOMS, name_of, tree_of

SILENT = {
    "marketplace.market.actions.listings": {"mark_published", "update_listing", "mark_withdrawn"},
    "marketplace.market.actions.demands": {"store_demand", "update_demand"},
    "marketplace.market.actions.freshness": {"record_listing_refresh", "record_demand_refresh"},
}
"""Verbs that tell nobody: `matching` and `exchange` publish, edit, withdraw and refresh, and tell. The demonstration loads its history with these."""

GUARDED_ELSEWHERE = {
    # the way in: a password, a link or a session is the proof, and there is no right to ask for yet
    "accounts.actions.people.accept",
    "accounts.actions.people.request_reset",
    "accounts.actions.people.reset_password",
    "accounts.actions.sessions.note_refused",
    "accounts.actions.sessions.open_session",
    "accounts.actions.sessions.start_session",
    # only the actor's own rows are asked for
    "accounts.queries.sessions.find_form",
    "catalogue.queries.saved.get_saved_search",
    "market.queries.drafts.find_sketch_of_demand",
    "market.queries.drafts.get_sketch",
    "market.queries.drafts.list_sketches",
    "market.queries.freshness.list_demands_to_refresh",
    "market.queries.listings.find_last_project",
    "market.queries.listings.list_listings_to_refresh",
    "market.queries.listings.list_own_listings",
    "market.queries.listings.list_usual_materials",
    "recalls.queries.recalls.was_notified_of",
    # the rows are cut to what the actor may see
    "exchange.queries.reservations.sees_names",
    # a part of a verb that has asked
    "documents.actions.add_lot_paper",
    "documents.actions.add_item_paper",
    "documents.actions.copy_item_papers",
    "documents.actions.remove_item_paper",
    "exchange.actions.booking.reverse_recalled",
    "exchange.actions.decide.call_off",
    "exchange.actions.decide.end",
    "exchange.actions.hand_over.complete",
    "exchange.actions.transitions.move",
    "exchange.actions.transitions.note",
    "exchange.actions.transitions.put",
    "exchange.actions.transitions.displace",
    "exchange.actions.transitions.settled_as",
    "exchange.actions.transitions.transfer_lot",
    "exchange.queries.signatures.find_approval",
    "exchange.queries.signatures.find_request",
    "exchange.queries.signatures.find_signatures",
    "exchange.queries.signatures.find_statements",
    "exchange.queries.signatures.find_teller",
    "market.actions.demands.lapse_demand",
    "market.actions.lots.make_child_lot",
    "market.actions.windows.note_changed_windows",
    "market.actions.windows.preview_windows",
    "market.actions.windows.published_windows",
    "market.actions.windows.window_columns",
    "planned.actions.dates.keep_change",
    "passports.actions.items.apply_change",
    "passports.actions.items.write_change",
    "stock.actions.offers.follow_place",
    "stock.actions.offers.follow_quantity",
    "stock.actions.offers.tell_owner",
    "stock.actions.places.note_fullness",
}

Name = tuple[str, str]  # module and function


def read_rooms() -> tuple[dict[Name, ast.FunctionDef], dict[str, dict[str, Name]]]:
    """The functions of all rooms, and what each module calls the names that it imports."""
    functions: dict[Name, ast.FunctionDef] = {}
    imports: dict[str, dict[str, Name]] = {}
    for path in (path for room in ROOMS for path in (PACKAGE / room).rglob("*.py")):
        module, tree = ".".join(path.relative_to(PROJECT).with_suffix("").parts), tree_of(path)
        imports[module] = {
            alias.asname or alias.name: (node.module, alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        functions |= {(module, node.name): node for node in tree.body if isinstance(node, ast.FunctionDef)}
    return functions, imports


def called(call: ast.Call, module: str, functions: dict[Name, ast.FunctionDef], names: dict[str, Name]) -> Name | None:
    """The function that a call reaches, as far as it has a name."""
    function = call.func
    if isinstance(function, ast.Name):
        return (module, function.id) if (module, function.id) in functions else names.get(function.id)
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id in names:
        package, name = names[function.value.id]
        return f"{package}.{name}", function.attr
    return None


@pytest.mark.slow
def test_every_verb_and_question_asks_what_the_actor_may_or_is_declared() -> None:
    functions, imports = read_rooms()
    policy = {("marketplace.accounts.policy", "require"), ("marketplace.accounts.policy", "may")}
    guarded: set[Name] = set()
    grows = True
    while grows:
        newly_guarded = {
            name
            for name, node in functions.items()
            if name not in guarded
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
            and (reached := called(call, name[0], functions, imports[name[0]])) is not None
            and (
                reached in policy
                or (reached in guarded and any(isinstance(given, ast.Name) and given.id == "actor" for given in call.args))
            )
        }
        guarded, grows = guarded | newly_guarded, bool(newly_guarded)
    open_to_all = {
        f"{module.removeprefix('marketplace.')}.{name}"
        for (module, name), node in functions.items()
        if not name.startswith("_")
        and [argument.arg for argument in node.args.args][:2] == ["session", "actor"]
        and (module, name) not in guarded
    }
    assert open_to_all == GUARDED_ELSEWHERE


def read_wrapped() -> set[Name]:
    """Verbs that a verb of the same name calls in a room above: that one does the whole of the deed."""
    functions, imports = read_rooms()
    return {
        reached
        for (module, name), node in functions.items()
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and (reached := called(call, module, functions, imports[module])) is not None
        and ".actions" in reached[0]
        and (reached[0] != module and reached[1] == name)
    }


@pytest.mark.slow
def test_a_door_reaches_only_the_verb_that_tells() -> None:
    reaching, wrapped = [], read_wrapped()
    assert ("marketplace.planned.actions.dates", "move_dates") in wrapped
    for path in (path for door in ("api", "http", "jobs", "sheets", "web") for path in (PACKAGE / door).rglob("*.py")):
        tree = tree_of(path)
        imported = {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        reached = list(imported.values()) + [
            (".".join(imported[node.value.id]), node.attr)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported
        ]
        reaching += [
            f"{name_of(path)}: {name}"
            for module, name in reached
            if name in SILENT.get(module, set()) or (module, name) in wrapped
        ]
    assert reaching == []
