"""A clause about the farthest transport, for a tender, and what stands behind it.

It asks for an effect (so much emission of transport for each tonne) and names the distance as one way to it, so that anybody can meet it, wherever they
are established. Guidance and no legal advice: SOURCES.md names what was read (PIANOO-SPEC, EDEC-SPEC, AVRI).
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from marketplace.impact.rules.impact import rounded
from marketplace.kernel.language import Text, _
from marketplace.materials.rules.taxonomy import DETOUR_FACTOR, Material, VehicleClass

FEW_PARTIES = 3  # fewer that can supply within the distance make a hard requirement disproportionate


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause for a material and a distance as the crow flies.

    The emission that counts is that of the vehicle.
    """

    material: Material
    within_km: int
    vehicle: VehicleClass
    as_of: date

    @property
    def road_km(self) -> Decimal:
        """The same distance by road."""
        return rounded(self.within_km * DETOUR_FACTOR)

    @property
    def kgco2e_per_tonne(self) -> Decimal:
        """What carrying a tonne over that distance emits, well to wheel."""
        return (self.road_km * self.vehicle.kgco2e_per_tonne_km).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def sentences(self) -> list[Text]:
        """The clause itself, one paragraph each."""
        return [
            _(
                "The contracting authority wants to limit emissions and nuisance of transport, and wants material that "
                "is there already to be used again where that is possible."
            ),
            _(
                "For the supply of %(material)s the material is carried over at most %(road)s km of road, from where it "
                "lies or is made to the work, or in an equivalent way.",
                material=self.material,
                road=self.road_km,
            ),
            _(
                "Equivalent is every way of carrying it by which transport from that place to the work emits no more "
                "than %(kg)s kg CO₂e for each tonne of material, well to wheel. How the tenderer does that is up to "
                "them: by ship or rail, with other vehicles or fuel, or from another place. They show it with a "
                "calculation by ISO 14083 or an equivalent.",
                kg=self.kgco2e_per_tonne,
            ),
            _(
                "Where the tenderer is established makes no difference. New and used material are treated alike, as long as it meets the other requirements."
            ),
        ]

    @property
    def arithmetic(self) -> Text:
        """How the figures of the clause come about."""
        return _(
            "%(km)s km as the crow flies × %(detour)s = %(road)s km of road. %(vehicle)s: %(factor)s kg CO₂e per "
            "tonne-km. %(road)s × %(factor)s = %(kg)s kg CO₂e per tonne.",
            km=self.within_km,
            detour=DETOUR_FACTOR,
            road=self.road_km,
            vehicle=self.vehicle,
            factor=self.vehicle.kgco2e_per_tonne_km,
            kg=self.kgco2e_per_tonne,
        )


def is_narrow(owners: int, partners: int) -> bool:
    """Whether too few could supply within a distance to ask it of everybody."""
    return owners + partners < FEW_PARTIES


NARROW = _(
    "Fewer than three organisations with a fitting lot and partners together lie within this distance. As a requirement "
    "it would soon be out of proportion: choose a wider circle, or make it an award criterion."
)
GUIDANCE = _(
    "A requirement belongs to the subject of the contract, leaves everybody equal access and is in proportion to its "
    "value. This text helps with that and is no legal advice: have your purchasing adviser look at it."
)
NO_SPLITTING = _(
    "Splitting a purchase to stay below the threshold is not allowed (article 5, paragraph 3, of Directive 2014/24/EU). "
    "What municipalities buy together counts as one purchase, with the value of all its parts."
)
