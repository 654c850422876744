"""Who may do what: every cell of the table of rights, read aloud."""

from dataclasses import dataclass, replace

import pytest

from marketplace.accounts.policy import ANONYMOUS, CLOCK, OPERATOR, POLICY, Actor, Can, may, require
from marketplace.accounts.rules.accounts import InvitationDraft, Role
from marketplace.kernel.errors import Forbidden, Missing, Unauthorised

OWN, OTHER, REGION = 1, 2, 15


@dataclass(frozen=True)
class Thing:
    """Something of an organisation, or of a person."""

    organisation_id: int
    owner_id: int = OWN
    role: str = "project_leader"
    person_id: int = 7
    id: int = 7
    is_contested: bool = False
    handed_in_at: str | None = None
    holder_id: int = OTHER
    maintainer_id: int = OTHER
    depot_id: int | None = None
    depot_organisation_id: int | None = None
    keeper_ids: tuple[int, ...] = ()
    had_by: tuple[int, ...] = (OTHER,)
    lot = property(lambda self: self)  # as a lot it is traced by whoever had it


def actor(role: str, organisation_id: int = OWN, kind: str = "municipality") -> Actor:
    return Actor(person_id=7, organisation_id=organisation_id, organisation_kind=kind, role=role)


LEADER, COORDINATOR = actor("project_leader"), actor("coordinator")
REVIEWER, ADMIN = actor("reviewer", REGION, "region"), actor("admin", REGION, "region")
BROKER = actor("coordinator", REGION, "region")
PARTNER, PARTNERS_LEADER = actor("coordinator", 40, "partner"), actor("project_leader", 40, "partner")
ADVISER = actor("coordinator", 50, "adviser")
EVERYONE = {"public": ANONYMOUS, "leader": LEADER, "coordinator": COORDINATOR, "reviewer": REVIEWER, "admin": ADMIN}

MINE, THEIRS = Thing(OWN), Thing(OTHER, owner_id=OTHER)
CONTESTED = Thing(OTHER, owner_id=OTHER, is_contested=True)
SOMEBODYS = Thing(OWN, person_id=8)
HANDED_IN, KEPT_BACK = Thing(OTHER, handed_in_at="2026-11-28"), Thing(OTHER)
MAINTAINED = Thing(OTHER, maintainer_id=OWN)
HELD = Thing(OTHER, owner_id=OTHER, holder_id=OWN)
ONCE_HAD = Thing(OTHER, owner_id=OTHER, had_by=(OTHER, OWN))
STORED = Thing(OTHER, owner_id=OTHER, depot_id=3, depot_organisation_id=OWN)
OWN_DEPOT, THEIR_DEPOT = Thing(OWN, depot_organisation_id=OWN), Thing(OTHER, depot_organisation_id=OTHER)
KEPT_DEPOT = Thing(OTHER, depot_organisation_id=OTHER, keeper_ids=(7,))
SELF, COLLEAGUE = Thing(OWN, id=7), Thing(OWN, id=8)
TABLE: list[tuple[str, Can, object, str]] = [
    ("the catalogue", Can.READ_CATALOGUE, None, "public leader coordinator reviewer admin"),
    ("offer something", Can.OFFER, None, "leader coordinator"),
    ("edit the own organisation's listing", Can.EDIT_LISTING, MINE, "leader coordinator"),
    ("edit another organisation's listing", Can.EDIT_LISTING, THEIRS, ""),
    ("read opinions of a lot", Can.READ_OPINIONS, THEIRS, "leader coordinator reviewer admin"),
    ("give an opinion", Can.ADVISE, THEIRS, ""),
    ("lift a rule", Can.LIFT_GATE, THEIRS, ""),
    ("look inside the own organisation's listing", Can.READ_LISTING_INSIDE, MINE, "leader coordinator reviewer"),
    ("look inside another organisation's listing", Can.READ_LISTING_INSIDE, THEIRS, "reviewer"),
    ("read the papers of the own lot", Can.READ_PAPERS, MINE, "leader coordinator reviewer"),
    ("read the papers of another's lot", Can.READ_PAPERS, THEIRS, "reviewer"),
    ("reserve", Can.RESERVE, THEIRS, "leader coordinator"),
    ("ask for material", Can.ASK, None, "leader coordinator"),
    ("read demands", Can.READ_DEMANDS, None, "leader coordinator reviewer admin"),
    ("read what several need together", Can.READ_JOINT_NEEDS, None, "leader coordinator reviewer admin"),
    ("edit the own demand", Can.EDIT_DEMAND, MINE, "leader coordinator"),
    ("edit another's demand", Can.EDIT_DEMAND, THEIRS, ""),
    ("read the own matches", Can.READ_MATCHES, MINE, "leader coordinator reviewer"),
    ("read another's matches", Can.READ_MATCHES, THEIRS, "reviewer"),
    ("read questions", Can.READ_QUESTIONS, None, "leader coordinator reviewer admin"),
    ("ask about another's lot", Can.ASK_QUESTION, THEIRS, "leader coordinator"),
    ("ask about the own lot", Can.ASK_QUESTION, MINE, ""),
    ("answer about the own lot", Can.ANSWER_QUESTION, MINE, "leader coordinator"),
    ("answer about another's lot", Can.ANSWER_QUESTION, THEIRS, ""),
    ("withdraw the own question", Can.WITHDRAW_QUESTION, MINE, "leader coordinator"),
    ("withdraw another's question", Can.WITHDRAW_QUESTION, THEIRS, ""),
    ("know the exact point of what is published", Can.READ_POINTS, THEIRS, "leader coordinator reviewer admin"),
    ("list reservations", Can.LIST_RESERVATIONS, None, "leader coordinator reviewer"),
    ("read a reservation on the own lot", Can.READ_RESERVATION, Thing(OTHER, owner_id=OWN), "leader coordinator reviewer"),
    ("read a reservation of one's own", Can.READ_RESERVATION, Thing(OWN, owner_id=OTHER), "leader coordinator reviewer"),
    ("read a reservation of two others", Can.READ_RESERVATION, THEIRS, "reviewer"),
    ("approve a request on the own lot", Can.DECIDE_RESERVATION, Thing(OTHER, owner_id=OWN), "leader coordinator"),
    ("approve one's own request", Can.DECIDE_RESERVATION, Thing(OWN, owner_id=OTHER), ""),
    ("cancel on the owner's side", Can.CANCEL_RESERVATION, Thing(OTHER, owner_id=OWN), "leader coordinator"),
    ("cancel on the asker's side", Can.CANCEL_RESERVATION, Thing(OWN, owner_id=OTHER), "leader coordinator"),
    ("cancel between two others", Can.CANCEL_RESERVATION, THEIRS, ""),
    ("hand over the own lot", Can.HAND_OVER, Thing(OTHER, owner_id=OWN), "leader coordinator"),
    ("hand over another's lot", Can.HAND_OVER, Thing(OWN, owner_id=OTHER), ""),
    ("confirm what one received", Can.CONFIRM, Thing(OWN, owner_id=OTHER), "leader coordinator"),
    ("confirm what another received", Can.CONFIRM, Thing(OTHER, owner_id=OWN), ""),
    ("settle a dispute on one's own side", Can.RESOLVE, Thing(OTHER, owner_id=OWN), "leader coordinator"),
    ("settle a dispute between two others", Can.RESOLVE, THEIRS, ""),
    ("enter a return of one's own", Can.RETURN, Thing(OWN, owner_id=OTHER), "leader coordinator"),
    ("enter a return between two others", Can.RETURN, THEIRS, ""),
    ("agree on a time with the other side", Can.MEET, Thing(OTHER, owner_id=OWN), "leader coordinator"),
    ("agree on a time for two others", Can.MEET, THEIRS, ""),
    ("propose other terms to the other side", Can.CHANGE_TERMS, Thing(OTHER, owner_id=OWN), "leader coordinator"),
    ("propose other terms for two others", Can.CHANGE_TERMS, THEIRS, ""),
    ("write to the other side", Can.TALK, Thing(OTHER, owner_id=OWN), "leader coordinator"),
    ("write to two others", Can.TALK, CONTESTED, ""),
    ("read the own conversation", Can.READ_TALK, Thing(OWN, owner_id=OTHER), "leader coordinator"),
    ("read the conversation of two others", Can.READ_TALK, THEIRS, ""),
    ("read the contested conversation of two others", Can.READ_TALK, CONTESTED, "reviewer"),
    ("book late paperwork of one's own lot", Can.HAND_OVER_LATE, Thing(OTHER, owner_id=OWN), "coordinator"),
    ("book late paperwork of another's lot", Can.HAND_OVER_LATE, Thing(OWN, owner_id=OTHER), ""),
    ("read who asks for the own lot", Can.READ_REQUESTS, MINE, "leader coordinator reviewer"),
    ("read who asks for another's lot", Can.READ_REQUESTS, THEIRS, "reviewer"),
    ("read how owners chose", Can.READ_CHOICES, None, "reviewer admin"),
    ("read why supply was lost", Can.READ_LOSSES, None, "reviewer admin"),
    ("ask a municipality for its report", Can.ASK_FOR_REPORT, None, "reviewer admin"),
    ("set the own organisation's windows", Can.SET_WINDOWS, OWN, "coordinator"),
    ("set another organisation's windows", Can.SET_WINDOWS, OTHER, ""),
    ("read the broker's list", Can.BROKER, None, ""),
    ("read the regional plan", Can.READ_PLAN, None, "leader coordinator reviewer admin"),
    ("make a regional plan", Can.MAKE_PLAN, None, "reviewer admin"),
    ("read exchanges", Can.READ_EXCHANGES, None, "leader coordinator reviewer admin"),
    ("read all exchanges", Can.READ_ALL_EXCHANGES, None, "reviewer admin"),
    ("take back a row of the ledger", Can.REVERSE_EXCHANGE, None, "reviewer"),
    ("figures of every municipality", Can.READ_MEMBER_FIGURES, None, "leader coordinator reviewer admin"),
    ("figures of a part of the months", Can.READ_PERIOD_FIGURES, None, "leader coordinator reviewer admin"),
    ("regional totals", Can.READ_PUBLIC_FIGURES, None, "public leader coordinator reviewer admin"),
    ("read the own people", Can.READ_PEOPLE, OWN, "leader coordinator reviewer admin"),
    ("read another organisation's people", Can.READ_PEOPLE, OTHER, "reviewer admin"),
    ("manage the own people", Can.MANAGE_PEOPLE, MINE, "coordinator admin"),
    ("manage another organisation's people", Can.MANAGE_PEOPLE, THEIRS, "admin"),
    ("manage a reviewer", Can.MANAGE_PEOPLE, Thing(OWN, role="reviewer"), "admin"),
    ("manage an administrator", Can.MANAGE_PEOPLE, Thing(OWN, role="admin"), "admin"),
    ("invite a project leader", Can.INVITE, InvitationDraft("a@b.nl", OWN, Role.PROJECT_LEADER), "coordinator admin"),
    ("invite a project leader elsewhere", Can.INVITE, InvitationDraft("a@b.nl", OTHER, Role.PROJECT_LEADER), "admin"),
    ("invite a coordinator", Can.INVITE, InvitationDraft("a@b.nl", OWN, Role.COORDINATOR), "admin"),
    ("invite an administrator", Can.INVITE, InvitationDraft("a@b.nl", OWN, Role.ADMIN), "admin"),
    ("read depots", Can.READ_DEPOTS, None, "leader coordinator reviewer admin"),
    ("manage the own depot", Can.MANAGE_DEPOTS, MINE, "coordinator"),
    ("manage another's depot", Can.MANAGE_DEPOTS, THEIRS, ""),
    ("keep the own depot", Can.KEEP_DEPOT, OWN_DEPOT, "coordinator"),
    ("keep another's depot", Can.KEEP_DEPOT, THEIR_DEPOT, ""),
    ("keep a depot as its keeper", Can.KEEP_DEPOT, KEPT_DEPOT, "leader coordinator"),
    ("read what lies in the own depot", Can.READ_STOCK, OWN_DEPOT, "coordinator reviewer"),
    ("read what lies in another's depot", Can.READ_STOCK, THEIR_DEPOT, "reviewer"),
    ("follow the own depot in a calendar", Can.FOLLOW_DEPOT, OWN_DEPOT, "coordinator reviewer"),
    ("follow another's depot in a calendar", Can.FOLLOW_DEPOT, THEIR_DEPOT, "reviewer"),
    ("follow a depot in a calendar as its keeper", Can.FOLLOW_DEPOT, KEPT_DEPOT, "leader coordinator reviewer"),
    ("read what lies in a depot as its keeper", Can.READ_STOCK, KEPT_DEPOT, "leader coordinator reviewer"),
    ("store something", Can.STORE, None, "leader coordinator"),
    ("read the own lot at another's", Can.READ_LOT, MINE, "leader coordinator reviewer"),
    ("read another's lot that one has", Can.READ_LOT, HELD, "leader coordinator reviewer"),
    ("read another's lot", Can.READ_LOT, THEIRS, "reviewer"),
    ("read another's lot in the own depot", Can.READ_LOT, STORED, "coordinator reviewer"),
    ("move a lot that one has", Can.HANDLE_LOT, HELD, "leader coordinator"),
    ("move the own lot that another has", Can.HANDLE_LOT, MINE, ""),
    ("move another's lot in the own depot", Can.HANDLE_LOT, STORED, "coordinator"),
    ("offer the own lot", Can.OFFER_LOT, MINE, "leader coordinator"),
    ("offer another's lot that one has", Can.OFFER_LOT, HELD, ""),
    ("read the own asset", Can.READ_ASSET, MINE, "leader coordinator reviewer"),
    ("read another's asset", Can.READ_ASSET, THEIRS, "reviewer"),
    ("read another's asset that one maintains", Can.READ_ASSET, MAINTAINED, "leader coordinator reviewer"),
    ("keep the own passports", Can.KEEP_PASSPORTS, MINE, "coordinator"),
    ("keep another's passports", Can.KEEP_PASSPORTS, THEIRS, ""),
    ("estimate what is owned", Can.ESTIMATE_OWNED, MINE, "coordinator"),
    ("read the own estimate", Can.READ_OWNED, OWN, "leader coordinator reviewer"),
    ("read another's estimate", Can.READ_OWNED, OTHER, "reviewer"),
    ("read the papers of the own parts", Can.READ_ITEM_PAPERS, MINE, "leader coordinator reviewer"),
    ("read the papers of parts that one maintains", Can.READ_ITEM_PAPERS, MAINTAINED, "leader coordinator reviewer"),
    ("read the papers of another's parts", Can.READ_ITEM_PAPERS, THEIRS, "reviewer"),
    ("value what is the own organisation's", Can.VALUE_ASSETS, OWN, "coordinator reviewer"),
    ("value what is another's", Can.VALUE_ASSETS, OTHER, "reviewer"),
    ("read what the own material is worth", Can.READ_VALUE, OWN, "leader coordinator reviewer"),
    ("read what another's material is worth", Can.READ_VALUE, OTHER, "reviewer"),
    ("load a price table", Can.LOAD_PRICES, None, "reviewer admin"),
    ("read a price table", Can.READ_PRICES, None, "leader coordinator reviewer admin"),
    ("trace the own lot", Can.TRACE_LOT, MINE, "leader coordinator reviewer"),
    ("trace another's lot that one once had", Can.TRACE_LOT, ONCE_HAD, "leader coordinator reviewer"),
    ("trace another's lot that one never had", Can.TRACE_LOT, THEIRS, "reviewer"),
    ("block the own lot", Can.BLOCK_LOT, MINE, "leader coordinator reviewer"),
    ("block another's lot that one once had", Can.BLOCK_LOT, ONCE_HAD, "leader coordinator reviewer"),
    ("block another's lot", Can.BLOCK_LOT, THEIRS, "reviewer"),
    ("unblock the own lot", Can.UNBLOCK_LOT, MINE, "reviewer"),
    ("add a paper to a lot that one has", Can.ADD_LOT_PAPER, HELD, "leader coordinator reviewer"),
    ("add a paper to another's lot", Can.ADD_LOT_PAPER, THEIRS, "reviewer"),
    ("read a recall of which one was told", Can.READ_RECALL, None, "leader coordinator reviewer admin"),
    ("read every recall", Can.READ_RECALLS, None, "reviewer"),
    ("confirm a recall for the own organisation", Can.CONFIRM_RECALL, OWN, "leader coordinator"),
    ("confirm a recall for another", Can.CONFIRM_RECALL, OTHER, ""),
    ("read what depots save and cost", Can.READ_DEPOT_FIGURES, None, "reviewer admin"),
    ("read the own material use", Can.READ_MATERIAL_USE, OWN, "leader coordinator reviewer"),
    ("read another's material use", Can.READ_MATERIAL_USE, OTHER, "reviewer"),
    ("type the own material use", Can.EDIT_MATERIAL_USE, OWN, "coordinator"),
    ("type another's material use", Can.EDIT_MATERIAL_USE, OTHER, ""),
    ("talk about the own report", Can.DISCUSS_MATERIAL_USE, OWN, "coordinator reviewer"),
    ("talk about another's report", Can.DISCUSS_MATERIAL_USE, OTHER, "reviewer"),
    ("review and adopt a report", Can.REVIEW_MATERIAL_USE, OTHER, "reviewer"),
    ("set what a regional figure asks for", Can.SET_COVERAGE, None, "reviewer"),
    ("publish a report", Can.PUBLISH_REPORT, None, "reviewer admin"),
    ("load a sheet of the own municipality", Can.IMPORT, OWN, "coordinator"),
    ("adopt the own goal", Can.ADOPT_GOAL, OWN, "coordinator reviewer admin"),
    ("adopt another's goal", Can.ADOPT_GOAL, OTHER, "reviewer admin"),
    ("adopt the region's goals", Can.MANAGE_GOALS, None, "reviewer admin"),
    ("change the taxonomy", Can.MANAGE_TAXONOMY, None, "reviewer admin"),
    ("read the dossier of another's transfer", Can.READ_DOSSIER, THEIRS, "reviewer"),
    ("read the dossier of the own transfer", Can.READ_DOSSIER, MINE, "leader coordinator reviewer"),
    ("keep a search before buying", Can.WRITE_MEMO, None, "leader coordinator"),
    ("read the own searches before buying", Can.READ_MEMO, MINE, "leader coordinator reviewer"),
    ("read another's search before buying", Can.READ_MEMO, THEIRS, "reviewer"),
    ("conclude an own search", Can.CONCLUDE_MEMO, MINE, "leader coordinator"),
    ("conclude another's search", Can.CONCLUDE_MEMO, THEIRS, ""),
    ("read how often the own organisation searched first", Can.READ_MEMO_FIGURES, OWN, "coordinator reviewer"),
    ("read how often another did", Can.READ_MEMO_FIGURES, OTHER, "reviewer"),
    ("read the searches of every organisation", Can.READ_ALL_MEMOS, None, "reviewer"),
    ("read weights and factors", Can.READ_FACTORS, None, "leader coordinator reviewer admin"),
    ("read a factor under the licence of another", Can.READ_LICENSED_FACTOR, "losser", "reviewer admin"),
    ("load a list of factors of the own organisation", Can.LOAD_FACTORS, OWN, "coordinator"),
    ("load a list of factors of another", Can.LOAD_FACTORS, OTHER, ""),
    ("load a list of factors for the region", Can.LOAD_FACTORS, REGION, "reviewer admin"),
    ("read a list of factors that was handed in", Can.READ_FACTOR_LIST, HANDED_IN, "reviewer admin"),
    ("read a list of factors of another that was not", Can.READ_FACTOR_LIST, KEPT_BACK, ""),
    ("read which organisations take part", Can.READ_ORGANISATIONS, None, "leader coordinator reviewer admin"),
    ("manage organisations", Can.MANAGE_ORGANISATIONS, None, "admin"),
    ("ask to join", Can.ASK_TO_JOIN, None, "public leader coordinator reviewer admin"),
    ("read the system's health", Can.READ_HEALTH, None, "admin"),
    ("keep the bank up", Can.MAINTAIN, None, "admin"),
    ("start long work", Can.START_TASK, None, "leader coordinator reviewer admin"),
    ("follow one's own long task", Can.READ_TASK, MINE, "leader coordinator reviewer admin"),
    ("follow another's long task", Can.READ_TASK, SOMEBODYS, "admin"),
    ("cancel one's own long task", Can.CANCEL_TASK, MINE, "leader coordinator reviewer admin"),
    ("cancel another's long task", Can.CANCEL_TASK, SOMEBODYS, "admin"),
    ("work page", Can.WORK, None, "leader coordinator reviewer admin"),
    ("own account", Can.OWN_ACCOUNT, None, "leader coordinator reviewer admin"),
    ("make one's own tokens", Can.OWN_TOKENS, None, "leader coordinator reviewer admin"),
    ("revoke one's own token", Can.REVOKE_TOKENS, SELF, "leader coordinator reviewer admin"),
    ("revoke another person's token", Can.REVOKE_TOKENS, COLLEAGUE, ""),
    ("make a token in a person's name", Can.ISSUE_TOKENS, None, ""),
    ("look after the own machine accounts", Can.MANAGE_MACHINES, MINE, "coordinator admin"),
    ("look after another's machine accounts", Can.MANAGE_MACHINES, THEIRS, "admin"),
]


@pytest.mark.parametrize(("name", "what", "subject", "allowed"), TABLE, ids=[row[0] for row in TABLE])
def test_the_table_of_rights(name: str, what: Can, subject: object, allowed: str) -> None:
    assert {who for who, actor in EVERYONE.items() if may(actor, what, subject)} == set(allowed.split())


def test_every_question_has_an_answer_and_a_row_in_the_table() -> None:
    assert set(POLICY) == set(Can) == {what for _name, what, _subject, _allowed in TABLE}


def test_the_coordinator_of_the_region_follows_every_reservation_and_decides_none() -> None:
    assert may(BROKER, Can.READ_RESERVATION, THEIRS)
    assert not may(BROKER, Can.DECIDE_RESERVATION, THEIRS)
    assert may(BROKER, Can.READ_TALK, CONTESTED) and not may(BROKER, Can.READ_TALK, THEIRS)
    assert not may(BROKER, Can.CANCEL_RESERVATION, THEIRS)


def test_the_coordinator_of_the_region_is_the_broker() -> None:
    assert may(BROKER, Can.BROKER) and may(BROKER, Can.RESOLVE, THEIRS)
    assert may(BROKER, Can.READ_REQUESTS, THEIRS)
    assert all(may(BROKER, what) for what in (Can.READ_CHOICES, Can.READ_LOSSES, Can.ASK_FOR_REPORT))
    assert may(BROKER, Can.MAKE_PLAN) and may(CLOCK, Can.MAKE_PLAN) and may(OPERATOR, Can.MAKE_PLAN)
    assert not may(BROKER, Can.MEET, THEIRS)


def test_the_coordinators_of_the_region_of_advisers_and_of_partners_type_no_material_use() -> None:
    assert may(COORDINATOR, Can.EDIT_MATERIAL_USE)
    assert not may(ADVISER, Can.EDIT_MATERIAL_USE) and not may(PARTNER, Can.EDIT_MATERIAL_USE)
    assert not may(BROKER, Can.EDIT_MATERIAL_USE, REGION)
    assert may(BROKER, Can.MANAGE_DEPOTS, Thing(REGION))


OWN_OF_A_MUNICIPALITY = {
    *(Can.IMPORT, Can.LOAD_FACTORS),
    *(Can.MANAGE_DEPOTS, Can.EDIT_MATERIAL_USE, Can.ESTIMATE_OWNED),
    *(Can.DISCUSS_MATERIAL_USE, Can.ADOPT_GOAL, Can.READ_POINTS, Can.READ_PERIOD_FIGURES, Can.READ_JOINT_NEEDS),
}
"""What a partner's coordinator lacks: depots, goals that are asked of municipalities, exact points, figures of a few months, joint buying."""


@pytest.mark.parametrize(("name", "what", "subject", "allowed"), TABLE, ids=[row[0] for row in TABLE])
def test_a_partners_people_may_what_a_municipalitys_people_may(name: str, what: Can, subject: object, allowed: str) -> None:
    def moved(thing: object) -> object:
        """The same thing, of organisation 40 where it was of organisation 1."""
        if isinstance(thing, int):
            return 40 if thing == OWN else thing
        if isinstance(thing, InvitationDraft):
            return replace(thing, organisation_id=40 if thing.organisation_id == OWN else thing.organisation_id)
        if isinstance(thing, Thing):
            names = ("organisation_id", "owner_id", "holder_id", "maintainer_id", "depot_organisation_id")
            had_by = tuple(40 if holder_id == OWN else holder_id for holder_id in thing.had_by)
            return replace(thing, had_by=had_by, **{name: 40 for name in names if getattr(thing, name) == OWN})
        return thing

    expected = set(allowed.split()) & {"leader", "coordinator"} if what not in OWN_OF_A_MUNICIPALITY else set()
    assert {
        who for who, actor in {"leader": PARTNERS_LEADER, "coordinator": PARTNER}.items() if may(actor, what, moved(subject))
    } == expected


def test_an_adviser_reads_along_and_trades_nothing() -> None:
    mine = Thing(50, owner_id=50)
    assert may(ADVISER, Can.READ_DEMANDS)
    assert may(ADVISER, Can.READ_MEMBER_FIGURES)
    assert may(ADVISER, Can.READ_PEOPLE, 50)
    assert may(ADVISER, Can.INVITE, InvitationDraft("a@b.nl", 50, Role.PROJECT_LEADER))
    for what in (
        *(Can.OFFER, Can.ASK, Can.RESERVE, Can.EDIT_LISTING, Can.EDIT_DEMAND),
        *(Can.LIST_RESERVATIONS, Can.HAND_OVER, Can.SET_WINDOWS),
    ):
        assert not may(ADVISER, what, mine), what


def test_an_adviser_judges_lots_and_lifts_rules_and_its_machine_account_does_not() -> None:
    for what in (Can.ADVISE, Can.LIFT_GATE, Can.READ_PAPERS, Can.READ_OPINIONS):
        assert may(ADVISER, what, THEIRS) and may(actor("project_leader", 50, "adviser"), what, THEIRS)
    machine = replace(ADVISER, is_machine=True)
    assert not may(machine, Can.ADVISE, THEIRS) and not may(machine, Can.LIFT_GATE, THEIRS)
    assert not may(actor("admin", 50, "adviser"), Can.ADVISE, THEIRS)
    assert not may(ADVISER, Can.EDIT_LISTING, THEIRS)


def test_the_broker_lifts_a_rule_of_others_lots_only_and_gives_no_opinion() -> None:
    assert may(BROKER, Can.LIFT_GATE, THEIRS) and may(BROKER, Can.READ_PAPERS, THEIRS)
    assert not may(BROKER, Can.LIFT_GATE, Thing(REGION))
    assert not may(replace(BROKER, is_machine=True), Can.LIFT_GATE, THEIRS)
    assert not may(BROKER, Can.ADVISE, THEIRS)


def test_the_operator_manages_people_and_the_clock_does_not() -> None:
    assert may(OPERATOR, Can.INVITE, InvitationDraft("a@b.nl", OWN, Role.ADMIN))
    assert not may(CLOCK, Can.INVITE, InvitationDraft("a@b.nl", OWN, Role.ADMIN))


def test_a_refusal_says_whether_logging_in_would_help() -> None:
    with pytest.raises(Unauthorised):
        require(ANONYMOUS, Can.OFFER)
    with pytest.raises(Forbidden):
        require(LEADER, Can.MANAGE_DEPOTS, MINE)
    with pytest.raises(Missing):
        require(LEADER, Can.READ_PEOPLE, OTHER, hidden=True)


def test_the_system_is_the_clock_or_the_console_with_nobody_behind_it() -> None:
    assert CLOCK.is_system and OPERATOR.is_system
    assert not ANONYMOUS.is_system
    assert not LEADER.is_system
    assert not Actor(person_id=7, origin="cli").is_system


@pytest.mark.parametrize("origin", ["web", "api", "job"])
def test_only_the_console_counts_as_an_administrator_without_a_person(origin: str) -> None:
    assert not may(Actor(origin=origin), Can.MANAGE_ORGANISATIONS)
    assert may(OPERATOR, Can.MANAGE_ORGANISATIONS)
    assert not may(Actor(person_id=7, origin="cli", role="coordinator"), Can.MANAGE_ORGANISATIONS)


@pytest.mark.parametrize("organisation_id", [4, 6])
def test_the_own_organisation_is_one_and_not_those_around_it(organisation_id: int) -> None:
    someone = actor("coordinator", 5)
    theirs = Thing(organisation_id, owner_id=organisation_id)
    for what in (Can.EDIT_LISTING, Can.DECIDE_RESERVATION, Can.CONFIRM, Can.CANCEL_RESERVATION, Can.MANAGE_DEPOTS):
        assert may(someone, what, Thing(5, owner_id=5))
        assert not may(someone, what, theirs)
    assert may(someone, Can.ADOPT_GOAL, 5)
    assert not may(someone, Can.ADOPT_GOAL, organisation_id)


def test_an_administrator_and_a_reviewer_set_no_windows_and_open_no_depots_of_their_own_organisation() -> None:
    for actor in (ADMIN, REVIEWER):
        assert not may(actor, Can.SET_WINDOWS, REGION)
        assert not may(actor, Can.MANAGE_DEPOTS, Thing(REGION))
        assert not may(actor, Can.BROKER)


def test_only_colleagues_and_the_clock_know_exact_points() -> None:
    """The people of the municipalities and of the region are colleagues; a partner's and an adviser's are not, nor is the public."""
    assert may(BROKER, Can.READ_POINTS) and may(CLOCK, Can.READ_POINTS)
    for stranger in (PARTNER, PARTNERS_LEADER, actor("project_leader", 41, "adviser"), ANONYMOUS):
        assert not may(stranger, Can.READ_POINTS)
        assert not may(stranger, Can.READ_POINTS, Thing(stranger.organisation_id or 0))


def test_a_coordinator_invites_no_reviewer() -> None:
    assert not may(COORDINATOR, Can.INVITE, InvitationDraft("a@b.nl", OWN, Role.REVIEWER))


def test_a_leader_of_the_region_and_a_coordinator_of_a_partner_are_no_brokers() -> None:
    assert not may(actor("project_leader", REGION, "region"), Can.BROKER)
    assert not may(PARTNER, Can.BROKER)
    assert PARTNER.is_partner
    assert not BROKER.is_partner and not LEADER.is_partner


def test_a_machine_account_trades_and_gets_its_tokens_from_others() -> None:
    machine = replace(LEADER, is_machine=True)
    assert may(machine, Can.OFFER) and may(machine, Can.OWN_ACCOUNT)
    assert not may(machine, Can.OWN_TOKENS) and not may(machine, Can.REVOKE_TOKENS, SELF)
    assert may(OPERATOR, Can.ISSUE_TOKENS) and not may(CLOCK, Can.ISSUE_TOKENS)
