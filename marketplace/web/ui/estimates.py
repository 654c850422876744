"""What a quantity weighs and saves, shown while somebody types. Estimated with the same rules as an exchange."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marketplace.impact.rules.impact import avoided_kgco2e
from marketplace.kernel.formats import carbon, mass
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Quantity
from marketplace.market.rules.listing import KG_PER_UNIT_MAX
from marketplace.materials.rules.taxonomy import Material, Taxonomy


@dataclass(frozen=True, slots=True)
class Estimate:
    """A weight, and the carbon that using it again saves; None where that is not known."""

    mass: str
    carbon: str | None

    @property
    def saving(self) -> Text:
        """The saving by itself, beside the weight."""
        return _("saves %(carbon)s", carbon=self.carbon) if self.carbon else _("saving not known")

    @property
    def sentence(self) -> Text:
        """Both in one sentence."""
        if self.carbon is None:
            return _("Estimated: %(mass)s. What it saves in carbon is not known.", mass=self.mass)
        return _(
            "Estimated: %(mass)s. Using it again saves about %(carbon)s, before transport.", mass=self.mass, carbon=self.carbon
        )


def weighed(material: Material | None, quantity: Quantity | None, kg_per_unit: Decimal | None = None) -> Estimate | None:
    """Estimate it. None as long as the material or the quantity is not known, or do not go together."""
    if material is None or quantity is None or not material.takes(quantity.unit):
        return None
    if kg_per_unit is not None and not 0 < kg_per_unit <= KG_PER_UNIT_MAX:
        return None  # another sentence says so, at its field
    weight = material.mass_kg(quantity.amount, quantity.unit, kg_per_unit)
    saved = avoided_kgco2e(weight, material.carbon.kgco2e_per_kg if material.carbon else None)
    return Estimate(mass(weight), carbon(saved) if saved else None)


def weighed_of(form: Any, taxonomy: Taxonomy) -> Estimate | None:
    """The estimate of what stands in a form of a lot or a demand now."""
    measured = form.kg_per_unit if "kg_per_unit" in form else None
    if form.quantity.process_errors or (measured and measured.process_errors):
        return None
    return weighed(taxonomy.find_material(form.material.data or ""), form.quantity.data, measured.data if measured else None)


def estimate_of(form: Any, taxonomy: Taxonomy) -> Text | None:
    """The same in one sentence."""
    result = weighed_of(form, taxonomy)
    return result.sentence if result else None
