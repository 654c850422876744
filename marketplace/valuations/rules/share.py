"""How much of what is owned or maintained was valued in the last twelve months, for goal 3."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from marketplace.kernel.formats import mass, percent
from marketplace.kernel.language import Text, _

SHARE_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class ValuedMass:
    """What was valued in twelve months, what has a passport, and what is estimated to be owned.

    Owned or maintained, by the municipality's own estimate.

    `estimated_kg` None: there is no estimate, and what has a passport counts as all that there is. `without_estimate`: of how many
    municipalities of a sum that is so.
    """

    valued_kg: Decimal
    passported_kg: Decimal
    estimated_kg: Decimal | None = None
    without_estimate: int = 0

    @property
    def owned_kg(self) -> Decimal:
        """What the share is of."""
        return self.passported_kg if self.estimated_kg is None else self.estimated_kg

    @property
    def has_estimate(self) -> bool:
        """Whether all of what is owned was estimated."""
        return self.estimated_kg is not None and not self.without_estimate

    @property
    def share_of_passports(self) -> Decimal | None:
        """The part of what has a passport that was valued; None: nothing has one."""
        if self.passported_kg <= 0:
            return None
        return (self.valued_kg / self.passported_kg).quantize(SHARE_PLACES, rounding=ROUND_HALF_UP)


def add_masses(each: Iterable[ValuedMass]) -> ValuedMass | None:
    """The sum of some municipalities; None: of none is anything known."""
    masses = list(each)
    if not masses:
        return None
    zero = Decimal(0)
    return ValuedMass(
        sum((valued.valued_kg for valued in masses), zero),
        sum((valued.passported_kg for valued in masses), zero),
        sum((valued.owned_kg for valued in masses), zero),
        sum(not valued.has_estimate for valued in masses),
    )


def say_valued(of: ValuedMass) -> Text:
    """What the share is of, and how much of what has a passport was valued."""
    amounts = {"valued": mass(of.valued_kg), "owned": mass(of.owned_kg), "passported": mass(of.passported_kg)}
    share = of.share_of_passports
    if share is None:
        return _("Of %(owned)s that is owned or maintained nothing has a passport yet, so nothing is valued.", **amounts)
    if not of.has_estimate:
        return _(
            "%(valued)s has a value of the last twelve months. What is owned in all is not estimated everywhere, so what has a passport "
            "counts there as all that there is: %(owned)s. Of what has a passport %(share)s is valued.",
            share=percent(share),
            **amounts,
        )
    return _(
        "%(valued)s of %(owned)s has a value of the last twelve months. %(passported)s has a passport, and %(share)s of that is valued.",
        share=percent(share),
        **amounts,
    )
