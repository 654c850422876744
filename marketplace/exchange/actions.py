"""The verbs that move quantity, by the moment at which people need them. Each asks for the step before it, does its work once, and leaves
an audit row."""

from marketplace.exchange.asking import accept_offer, check_reservable_by, reserve
from marketplace.exchange.clockwork import end_in_vain, expire, offer, remind
from marketplace.exchange.deciding import agree_cancel, approve, cancel, no_show, reject
from marketplace.exchange.gate import confirm, dispute, hand_over, resolve
from marketplace.exchange.returning import return_part
from marketplace.exchange.withdrawing import withdraw

__all__ = [
    "accept_offer",
    "agree_cancel",
    "approve",
    "cancel",
    "check_reservable_by",
    "confirm",
    "dispute",
    "end_in_vain",
    "expire",
    "hand_over",
    "no_show",
    "offer",
    "reject",
    "remind",
    "reserve",
    "resolve",
    "return_part",
    "withdraw",
]
