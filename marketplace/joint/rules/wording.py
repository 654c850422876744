"""What is said of an estimate and of a threshold, on the page, on the paper and to programs."""

from marketplace.joint.rules.thresholds import Compared, Contract, Estimate, Standing
from marketplace.kernel.formats import long_date, money
from marketplace.kernel.language import Text, _

CONTRACT_LABELS: dict[Contract, Text] = {Contract.SUPPLIES: _("Supplies and services"), Contract.WORKS: _("Works")}


def describe_estimate(estimate: Estimate | None) -> Text:
    """What the rest is thought to cost, without VAT, and how that is known."""
    if estimate is None:
        return _("What buying the rest costs is not known: the bank has no price of this material when new.")
    if estimate.price is None:
        return _("As you estimate it: %(amount)s without VAT.", amount=money(estimate.low_cents))
    price = estimate.price
    return _(
        "By the price of new, %(low)s to %(high)s for one %(unit)s (%(source)s, %(day)s): %(least)s to %(most)s.",
        low=money(round(price.low_cents)),
        high=money(round(price.high_cents)),
        unit=price.unit.one,
        source=price.source,
        day=long_date(price.priced_on),
        least=money(estimate.low_cents),
        most=money(estimate.high_cents),
    )


def describe_threshold(compared: Compared) -> Text:
    """How the estimate stands to a threshold. What is not known is said."""
    if compared.threshold is None:
        return _("No threshold is known for today. Ask your purchasing adviser.")
    amount = money(compared.threshold.amount_cents)
    if compared.standing is None:
        return _("Without an estimate nobody can say whether %(amount)s is reached.", amount=amount)
    return {
        Standing.BELOW: _("The estimate stays below %(amount)s.", amount=amount),
        Standing.EITHER: _("The estimate is on both sides of %(amount)s. Find out the price first.", amount=amount),
        Standing.REACHED: _("The estimate reaches %(amount)s: in principle a European tender is needed.", amount=amount),
    }[compared.standing]


def describe_source(compared: Compared) -> Text | None:
    """Where a threshold comes from, and the days on which it holds."""
    threshold = compared.threshold
    if threshold is None:
        return None
    facts = {
        "law": threshold.law,
        "first": long_date(threshold.first_on),
        "last": long_date(threshold.last_on),
        "day": long_date(threshold.dated_on),
    }
    if threshold.is_verified:
        return _("%(law)s, from %(first)s to %(last)s, looked up on %(day)s.", **facts)
    return _("%(law)s, from %(first)s to %(last)s, looked up on %(day)s and not verified.", **facts)
