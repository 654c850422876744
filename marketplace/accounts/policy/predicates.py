"""The sides on which people stand, as predicates for the one map of rights.

A subject is whatever the question is about: something that belongs to an organisation
(`organisation_id`), the two sides of a reservation (`organisation_id` asks, `owner_id` owns), an organisation id, or nothing.
"""

from typing import Any

from marketplace.accounts.rules.accounts import OrganisationKind, Role, are_colleagues
from marketplace.accounts.rules.actors import CLOCK, TRADING, Actor


def _organisation(subject: Any) -> int | None:
    return subject if isinstance(subject, int) else getattr(subject, "organisation_id", None)


def _is_at_home(actor: Actor, subject: Any) -> bool:
    return subject is None or _organisation(subject) == actor.organisation_id


def _coordinates(actor: Actor) -> bool:
    return actor.role == Role.COORDINATOR


def _has_it(actor: Actor, subject: Any) -> bool:
    return actor.trades and subject.holder_id == actor.organisation_id


def is_anyone(actor: Actor, subject: Any) -> bool:
    """Everybody, signed in or not."""
    return True


def is_member(actor: Actor, subject: Any) -> bool:
    """Any person of the bank."""
    return actor.is_member


def is_member_or_operator(actor: Actor, subject: Any) -> bool:
    """Any person of the bank, and the operator at the console of the server."""
    return is_member(actor, subject) or is_operator(actor, subject)


def is_of_region(actor: Actor, subject: Any) -> bool:
    """A person of the municipalities or of the region; partners and advisers are not."""
    return actor.is_member and not actor.is_partner


def reads_period_figures(actor: Actor, subject: Any) -> bool:
    """A person of the municipalities or of the region, and the operator, who makes reports."""
    return is_of_region(actor, subject) or is_operator(actor, subject)


def is_trader(actor: Actor, subject: Any) -> bool:
    """Whether the actor lists and reserves: project leaders and coordinators."""
    return actor.trades


def is_own(actor: Actor, subject: Any) -> bool:
    """A trader, for what belongs to the own organisation."""
    return actor.trades and _is_at_home(actor, subject)


def may_ask_question(actor: Actor, subject: Any) -> bool:
    """A trader, about what belongs to another organisation."""
    return actor.trades and (subject is None or _organisation(subject) != actor.organisation_id)


def may_look_inside(actor: Actor, subject: Any) -> bool:
    """The own organisation's, and the reviewer for every organisation's."""
    return is_own(actor, subject) or is_reviewer(actor, subject)


def reads_item_papers(actor: Actor, subject: Any) -> bool:
    """The owner and the maintainer of an asset, and the AO CE."""
    is_maintainer = subject is not None and actor.trades and subject.maintainer_id == actor.organisation_id
    return may_look_inside(actor, subject) or is_maintainer


def reads_papers(actor: Actor, subject: Any) -> bool:
    """The own organisation's; of every organisation the reviewer, advisers and the broker."""
    return may_look_inside(actor, subject) or actor.organisation_kind == OrganisationKind.ADVISER or is_broker(actor)


def may_lift(actor: Actor, subject: Any) -> bool:
    """An adviser, and the broker for what belongs to others."""
    return actor.judges or (is_broker(actor) and not actor.is_machine and not (subject and is_own(actor, subject)))


def sees_inside(actor: Actor, subject: Any) -> bool:
    """As looking inside, and the clock, which notifies and withdraws."""
    return actor is CLOCK or may_look_inside(actor, subject)


def may_know_points(actor: Actor, subject: Any) -> bool:
    """Whether the actor may know the exact points of what is published, and exact kilometres.

    The one rule for every distance: people of the municipalities and of the region are colleagues, the reviewer and the clock see
    everything. For anybody else a distance lies between public points, their own included.
    """
    is_colleague = actor.is_member and are_colleagues((actor.organisation_kind,))
    return is_colleague or is_reviewer(actor, subject) or actor.is_system


def is_owner_side(actor: Actor, subject: Any) -> bool:
    """A trader of the organisation whose lot it is."""
    return actor.trades and (subject is None or subject.owner_id == actor.organisation_id)


def is_owning_coordinator(actor: Actor, subject: Any) -> bool:
    """A coordinator of the organisation whose lot it is."""
    return _coordinates(actor) and is_owner_side(actor, subject)


def is_asking_side(actor: Actor, subject: Any) -> bool:
    """A trader of the organisation that asked for it."""
    return is_own(actor, subject)


def is_either_side(actor: Actor, subject: Any) -> bool:
    """A trader of one of the two organisations."""
    return is_owner_side(actor, subject) or is_asking_side(actor, subject)


def is_broker(actor: Actor, subject: Any = None) -> bool:
    """A coordinator of the region."""
    return _coordinates(actor) and actor.organisation_kind == OrganisationKind.REGION


def may_make_plan(actor: Actor, subject: Any) -> bool:
    """The AO CE, the broker and the administrator; once a week the clock; the operator."""
    return is_reviewer_admin_or_operator(actor, subject) or is_broker(actor) or actor is CLOCK


def may_follow_reservation(actor: Actor, subject: Any) -> bool:
    """Both sides, the reviewer and the broker."""
    return is_either_side(actor, subject) or is_reviewer(actor, subject) or is_broker(actor)


def may_read_dossier(actor: Actor, subject: Any) -> bool:
    """Whoever reads the papers of the lot: both sides, the reviewer, and an adviser."""
    is_adviser = actor.is_member and actor.organisation_kind == OrganisationKind.ADVISER
    return is_adviser or is_either_side(actor, subject) or is_reviewer(actor, subject)


def may_read_talk(actor: Actor, subject: Any) -> bool:
    """Both sides; the reviewer and the broker only where the broker is or was asked to decide."""
    if is_either_side(actor, subject):
        return True
    return may_follow_reservation(actor, subject) and (subject is None or subject.is_contested)


def may_resolve(actor: Actor, subject: Any) -> bool:
    """One of the two sides, and the broker."""
    return is_either_side(actor, subject) or is_broker(actor)


def may_read_requests(actor: Actor, subject: Any) -> bool:
    """Whose lot it is, the reviewer, and the broker."""
    return may_look_inside(actor, subject) or is_broker(actor)


def may_account_for_region(actor: Actor, subject: Any) -> bool:
    """Whether the actor answers for the whole region: reviewer, administrator and broker."""
    return is_reviewer_or_admin(actor, subject) or is_broker(actor)


def is_coordinator_of(actor: Actor, subject: Any) -> bool:
    """The coordinator, for the own organisation."""
    return _coordinates(actor) and _is_at_home(actor, subject)


def is_trading_coordinator(actor: Actor, subject: Any) -> bool:
    """The coordinator of an organisation that lists, for that organisation."""
    return actor.trades and is_coordinator_of(actor, subject)


def may_read_memo_figures(actor: Actor, subject: Any) -> bool:
    """The coordinator for the own organisation, the AO CE for every one."""
    return is_coordinator_of(actor, subject) or is_reviewer(actor, subject)


def is_municipal_coordinator(actor: Actor, subject: Any) -> bool:
    """The coordinator of a municipality, for that municipality."""
    return is_coordinator_of(actor, subject) and actor.organisation_kind == OrganisationKind.MUNICIPALITY


def is_reviewer_or_admin(actor: Actor, subject: Any) -> bool:
    """The AO CE and the platform administrator."""
    return actor.role in (Role.REVIEWER, Role.ADMIN)


def may_adopt_goal(actor: Actor, subject: Any) -> bool:
    """The coordinator of a municipality for it; reviewer and administrator for every one."""
    return is_municipal_coordinator(actor, subject) or is_reviewer_or_admin(actor, subject)


def may_load_factors(actor: Actor, subject: Any) -> bool:
    """Coordinators of municipalities, reviewer and administrator, for the own organisation."""
    return is_municipal_coordinator(actor, subject) or (_is_at_home(actor, subject) and is_reviewer_or_admin(actor, subject))


def may_read_factor_list(actor: Actor, subject: Any) -> bool:
    """Whoever may load for that organisation.

    Reviewer and administrator read every list that was handed in.
    """
    handed_in = subject is None or subject.handed_in_at is not None
    return may_load_factors(actor, subject) or (handed_in and is_reviewer_or_admin(actor, subject))


def may_read_licensed_factor(actor: Actor, subject: Any) -> bool:
    """Whoever works for the holder of the licence, and who answers for the figures.

    `subject`: the slug of the holder.
    """
    return (actor.is_member and actor.organisation_slug == subject) or is_reviewer_or_admin(actor, subject)


def is_reviewer_admin_or_operator(actor: Actor, subject: Any) -> bool:
    """The AO CE, the platform administrator, and the operator at the console of the server."""
    return is_reviewer_or_admin(actor, subject) or is_operator(actor, subject)


def is_reviewer(actor: Actor, subject: Any) -> bool:
    """The AO CE."""
    return actor.role == Role.REVIEWER


def may_discuss_material_use(actor: Actor, subject: Any) -> bool:
    """The municipality's coordinator, and the AO CE."""
    return is_municipal_coordinator(actor, subject) or is_reviewer(actor, subject)


def is_admin(actor: Actor, subject: Any) -> bool:
    """The platform administrator, and the operator at the console of the server."""
    return actor.role == Role.ADMIN or is_operator(actor, subject)


def is_account(actor: Actor, subject: Any) -> bool:
    """Whoever has something of their own here: messages, searches, long tasks."""
    return actor.is_member and not actor.is_visiting


def is_person(actor: Actor, subject: Any) -> bool:
    """Anybody of the bank but a machine account, which gets its tokens from its coordinator."""
    return is_account(actor, subject) and not actor.is_machine


def is_operator(actor: Actor, subject: Any) -> bool:
    """Whoever sits at the console of the server."""
    return actor.origin == "cli" and actor.person_id is None


def may_revoke_tokens(actor: Actor, subject: Any) -> bool:
    """Whoever the tokens belong to, and the operator."""
    return is_operator(actor, subject) or (is_person(actor, subject) and (subject is None or subject.id == actor.person_id))


def may_manage_machines(actor: Actor, subject: Any) -> bool:
    """The coordinator for the own organisation, the administrator for every one."""
    return is_coordinator_of(actor, subject) or is_admin(actor, subject)


def may_start_task(actor: Actor, subject: Any) -> bool:
    """Every member and the operator, where they have the right that the kind of work asks for."""
    return actor.is_member or is_admin(actor, subject)


def may_follow_task(actor: Actor, subject: Any) -> bool:
    """Whoever started the long task, and the administrator."""
    own = is_account(actor, subject) and (subject is None or subject.person_id == actor.person_id)
    return own or is_admin(actor, subject)


def may_read_people(actor: Actor, subject: Any) -> bool:
    """Everyone sees their own colleagues, the reviewer and the administrator all."""
    own = actor.role in TRADING and _is_at_home(actor, subject)
    return own or may_look_inside(actor, subject) or is_admin(actor, subject)


def may_manage_people(actor: Actor, subject: Any) -> bool:
    """Whether the actor may manage this person.

    A coordinator looks after the project leaders and coordinators of their own organisation, the administrator after everyone.
    The reviewer and the administrator sit in an organisation too; a coordinator there has no say over them.
    """
    return is_admin(actor, subject) or (
        is_coordinator_of(actor, subject) and getattr(subject, "role", Role.COORDINATOR) in TRADING
    )


def may_invite(actor: Actor, subject: Any) -> bool:
    """Whether the actor may send this invitation.

    A coordinator invites project leaders into their own organisation, the administrator anyone anywhere.
    """
    return is_admin(actor, subject) or (
        is_coordinator_of(actor, subject) and getattr(subject, "role", Role.PROJECT_LEADER) == Role.PROJECT_LEADER
    )


def may_list_reservations(actor: Actor, subject: Any) -> bool:
    """Traders for their own organisation, the reviewer for all."""
    return actor.trades or is_reviewer(actor, subject)


def may_manage_depots(actor: Actor, subject: Any) -> bool:
    """A coordinator of a municipality or of the region, for its own depots; partners have none."""
    return is_coordinator_of(actor, subject) and not actor.is_partner


def keeps(actor: Actor, subject: Any) -> bool:
    """A keeper of the depot, and the coordinator of the organisation whose depot it is.

    `subject` names `keeper_ids` (people) and `depot_organisation_id`: a depot, or a lot that lies in one.
    """
    if not actor.trades:
        return False
    if subject is None:
        return True
    named = actor.person_id in subject.keeper_ids
    return named or (_coordinates(actor) and subject.depot_organisation_id == actor.organisation_id)


def reads_stock(actor: Actor, subject: Any) -> bool:
    """Whoever keeps the depot, the reviewer and the broker."""
    return is_reviewer(actor, subject) or is_broker(actor) or keeps(actor, subject)


def follows_depot(actor: Actor, subject: Any) -> bool:
    """Whoever reads what lies in it, in a calendar of their own."""
    return is_account(actor, subject) and reads_stock(actor, subject)


def handles_lot(actor: Actor, subject: Any) -> bool:
    """Whoever moves, counts and splits it: the keeper of its depot. Where it lies in none, whoever has it."""
    if subject is None or subject.depot_id is not None:
        return keeps(actor, subject)
    return _has_it(actor, subject)


def reads_lot(actor: Actor, subject: Any) -> bool:
    """Whose it is, whoever has it, the keeper, the reviewer, advisers and the broker."""
    if is_reviewer(actor, subject) or is_broker(actor) or actor.judges or keeps(actor, subject):
        return True
    return is_owner_side(actor, subject) or _has_it(actor, subject)


def traces_lot(actor: Actor, subject: Any) -> bool:
    """Whoever reads the lot, and a trader of an organisation that has or had it otherwise.

    `subject` names the `lot`, and in `had_by` those whose it once was, who once had it, or have it without having confirmed.
    """
    if subject is None:
        return reads_lot(actor, None)
    return reads_lot(actor, subject.lot) or (actor.trades and actor.organisation_id in subject.had_by)


def may_unblock_lot(actor: Actor, subject: Any) -> bool:
    """An adviser, the AO CE, and the broker for what belongs to others."""
    return may_lift(actor, subject) or is_reviewer(actor, subject)


def reads_recalls(actor: Actor, subject: Any) -> bool:
    """Every recall: the AO CE, advisers and the broker. Others read those of which they were told."""
    return is_reviewer(actor, subject) or actor.judges or is_broker(actor)


def confirms_recall(actor: Actor, subject: Any) -> bool:
    """A trader or an adviser of an organisation that was told of it."""
    acts = actor.trades or actor.judges
    return acts and _is_at_home(actor, subject)


def reads_asset(actor: Actor, subject: Any) -> bool:
    """Whose it is, whoever maintains it, and the reviewer."""
    is_theirs = subject is None or actor.organisation_id in (subject.organisation_id, subject.maintainer_id)
    return (actor.trades and is_theirs) or is_reviewer(actor, subject)


def may_value_assets(actor: Actor, subject: Any) -> bool:
    """The coordinator for what the own organisation owns, the AO CE for every one."""
    return is_trading_coordinator(actor, subject) or is_reviewer(actor, subject)
