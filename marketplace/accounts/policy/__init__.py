"""Who may do what: deny by default, one map that answers every question.

A predicate takes the actor and the subject: see `predicates`.
"""

from collections.abc import Callable
from typing import Any

from marketplace.accounts.policy import predicates as who
from marketplace.accounts.policy.predicates import is_broker as is_broker
from marketplace.accounts.rules.actors import ANONYMOUS as ANONYMOUS
from marketplace.accounts.rules.actors import CLOCK as CLOCK
from marketplace.accounts.rules.actors import OPERATOR as OPERATOR
from marketplace.accounts.rules.actors import Actor as Actor
from marketplace.accounts.rules.rights import Can as Can
from marketplace.kernel.errors import Forbidden, Missing, Unauthorised
from marketplace.kernel.language import _

Predicate = Callable[[Actor, Any], bool]

POLICY: dict[Can, Predicate] = {
    Can.READ_CATALOGUE: who.is_anyone,
    Can.READ_LISTING_INSIDE: who.sees_inside,
    Can.READ_PAPERS: who.reads_papers,
    Can.OFFER: who.is_trader,
    Can.EDIT_LISTING: who.is_own,
    Can.READ_OPINIONS: who.is_member,
    Can.ADVISE: lambda actor, _subject: actor.judges,
    Can.LIFT_GATE: who.may_lift,
    Can.ASK: who.is_trader,
    Can.READ_DEMANDS: who.is_member,
    Can.READ_JOINT_NEEDS: who.is_of_region,
    Can.EDIT_DEMAND: who.is_own,
    Can.READ_MATCHES: who.sees_inside,
    Can.WRITE_MEMO: who.is_trader,
    Can.READ_MEMO: who.may_look_inside,
    Can.CONCLUDE_MEMO: who.is_own,
    Can.READ_MEMO_FIGURES: who.may_read_memo_figures,
    Can.READ_ALL_MEMOS: who.is_reviewer,
    Can.READ_QUESTIONS: who.is_member,
    Can.ASK_QUESTION: who.may_ask_question,
    Can.ANSWER_QUESTION: who.is_own,
    Can.WITHDRAW_QUESTION: who.is_own,
    Can.READ_POINTS: who.may_know_points,
    Can.RESERVE: who.is_trader,
    Can.READ_RESERVATION: who.may_follow_reservation,
    Can.READ_DOSSIER: who.may_read_dossier,
    Can.LIST_RESERVATIONS: who.may_list_reservations,
    Can.DECIDE_RESERVATION: who.is_owner_side,
    Can.CANCEL_RESERVATION: who.is_either_side,
    Can.HAND_OVER: who.is_owner_side,
    Can.CONFIRM: who.is_asking_side,
    Can.RESOLVE: who.may_resolve,
    Can.RETURN: who.is_either_side,
    Can.MEET: who.is_either_side,
    Can.CHANGE_TERMS: who.is_either_side,
    Can.TALK: who.is_either_side,
    Can.READ_TALK: who.may_read_talk,
    Can.HAND_OVER_LATE: who.is_owning_coordinator,
    Can.READ_REQUESTS: who.may_read_requests,
    Can.READ_CHOICES: who.may_account_for_region,
    Can.READ_LOSSES: who.may_account_for_region,
    Can.SET_WINDOWS: who.is_trading_coordinator,
    Can.BROKER: who.is_broker,
    Can.READ_PLAN: who.is_member_or_operator,
    Can.MAKE_PLAN: who.may_make_plan,
    Can.READ_EXCHANGES: who.is_member_or_operator,
    Can.READ_ALL_EXCHANGES: who.is_reviewer_admin_or_operator,
    Can.REVERSE_EXCHANGE: who.is_reviewer,
    Can.READ_MEMBER_FIGURES: who.is_member_or_operator,
    Can.READ_PERIOD_FIGURES: who.reads_period_figures,
    Can.READ_PUBLIC_FIGURES: who.is_anyone,
    Can.READ_PEOPLE: who.may_read_people,
    Can.MANAGE_PEOPLE: who.may_manage_people,
    Can.INVITE: who.may_invite,
    Can.READ_DEPOTS: who.is_member,
    Can.MANAGE_DEPOTS: who.may_manage_depots,
    Can.KEEP_DEPOT: who.keeps,
    Can.READ_STOCK: who.reads_stock,
    Can.FOLLOW_DEPOT: who.follows_depot,
    Can.STORE: who.is_trader,
    Can.READ_LOT: who.reads_lot,
    Can.TRACE_LOT: who.traces_lot,
    Can.HANDLE_LOT: who.handles_lot,
    Can.OFFER_LOT: who.is_owner_side,
    Can.BLOCK_LOT: who.traces_lot,
    Can.UNBLOCK_LOT: who.may_unblock_lot,
    Can.ADD_LOT_PAPER: who.reads_lot,
    Can.READ_RECALL: who.is_member,
    Can.READ_RECALLS: who.reads_recalls,
    Can.CONFIRM_RECALL: who.confirms_recall,
    Can.READ_DEPOT_FIGURES: who.may_account_for_region,
    Can.READ_ASSET: who.reads_asset,
    Can.KEEP_PASSPORTS: who.is_trading_coordinator,
    Can.READ_ITEM_PAPERS: who.reads_item_papers,
    Can.ESTIMATE_OWNED: who.is_municipal_coordinator,
    Can.READ_OWNED: who.may_look_inside,
    Can.VALUE_ASSETS: who.may_value_assets,
    Can.READ_VALUE: who.may_look_inside,
    Can.LOAD_PRICES: who.is_reviewer_or_admin,
    Can.READ_PRICES: who.is_member,
    Can.READ_MATERIAL_USE: who.may_look_inside,
    Can.EDIT_MATERIAL_USE: who.is_municipal_coordinator,
    Can.ASK_FOR_REPORT: who.may_account_for_region,
    Can.DISCUSS_MATERIAL_USE: who.may_discuss_material_use,
    Can.REVIEW_MATERIAL_USE: who.is_reviewer,
    Can.SET_COVERAGE: who.is_reviewer,
    Can.PUBLISH_REPORT: who.is_reviewer_admin_or_operator,
    Can.ADOPT_GOAL: who.may_adopt_goal,
    Can.MANAGE_GOALS: who.is_reviewer_or_admin,
    Can.MANAGE_TAXONOMY: who.is_reviewer_or_admin,
    Can.READ_FACTORS: who.is_member,
    Can.READ_LICENSED_FACTOR: who.may_read_licensed_factor,
    Can.LOAD_FACTORS: who.may_load_factors,
    Can.READ_FACTOR_LIST: who.may_read_factor_list,
    Can.READ_ORGANISATIONS: who.is_member,
    Can.MANAGE_ORGANISATIONS: who.is_admin,
    Can.ASK_TO_JOIN: who.is_anyone,
    Can.READ_HEALTH: who.is_admin,
    Can.MAINTAIN: who.is_admin,
    Can.START_TASK: who.may_start_task,
    Can.READ_TASK: who.may_follow_task,
    Can.CANCEL_TASK: who.may_follow_task,
    Can.IMPORT: who.is_municipal_coordinator,
    Can.WORK: who.is_member,
    Can.OWN_ACCOUNT: who.is_account,
    Can.OWN_TOKENS: who.is_person,
    Can.REVOKE_TOKENS: who.may_revoke_tokens,
    Can.ISSUE_TOKENS: who.is_operator,
    Can.MANAGE_MACHINES: who.may_manage_machines,
}


def may(actor: Actor, what: Can, subject: Any = None) -> bool:
    """Whether the actor may do this to this subject. Without a subject: whether there is any subject to which they may."""
    return POLICY[what](actor, subject)


def require(actor: Actor, what: Can, subject: Any = None, *, hidden: bool = False) -> None:
    """Refuse unless the actor may. `hidden`: someone else's private object answers as if it were not there."""
    if may(actor, what, subject):
        return
    if hidden:
        raise Missing(_("This page or object does not exist, or you may not see it. Check the address."))
    if not actor.is_member:
        raise Unauthorised(_("Log in first. Then try again."))
    raise Forbidden(_("You do not have the right to do this. Ask a coordinator of the organisation that it belongs to."))
