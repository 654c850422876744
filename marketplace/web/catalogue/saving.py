"""What taking a lot saves for the reader's own place. From the public point, in the whole kilometres that the page shows."""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.impact.rules.impact import Impact, break_even_km, impact
from marketplace.kernel.geo import Point, whole_km
from marketplace.kernel.units import Amount
from marketplace.market.models import Listing
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.places.rules import Place
from marketplace.web.ui.lots import LotPage

NETHERLANDS_KM = 350  # no two places in the country lie farther apart, as the crow flies


@dataclass(frozen=True, slots=True)
class Saving:
    """The figures of taking everything that is free. And how far it may go before the transport uses up the saving."""

    takes: Amount
    place: Place | None
    impact: Impact
    break_even_km: Decimal | None

    @property
    def is_everywhere(self) -> bool:
        """Whether it saves wherever in the country it goes."""
        return self.break_even_km is not None and self.break_even_km >= NETHERLANDS_KM

    @property
    def is_nowhere(self) -> bool:
        """Whether it saves nothing worth a kilometre."""
        return self.break_even_km is not None and self.break_even_km < 1


def saving_of(listing: Listing, lot: LotPage, taxonomy: Taxonomy, here: Place | None) -> Saving | None:
    """None where the mass is unknown. Without a place of the reader the distance, and so the transport, is 0."""
    if not lot.mass_kg:
        return None
    public = Point(listing.public_lat, listing.public_lon)
    figures = impact(
        mass_in_kg=lot.mass_kg,
        distance_in_km=Decimal(whole_km(here.point, public)) if here else Decimal(0),
        vehicle_factors=taxonomy.vehicle_factors,
        carbon_factor=lot.material.carbon.kgco2e_per_kg if lot.material.carbon else None,
        processing_factor=lot.material.processing_kgco2e_per_kg,
    )
    farthest = break_even_km(figures.avoided_kgco2e, figures.mass_kg, figures.vehicle_factor, figures.processing_kgco2e)
    return Saving(lot.amount, here, figures, farthest)
