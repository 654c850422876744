"""What a quantity weighs and saves, shown while somebody types. Estimated with the same rules as an exchange."""

from decimal import Decimal
from typing import Any

from marketplace.impact.rules.impact import avoided_kgco2e
from marketplace.kernel.formats import carbon, mass
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Quantity
from marketplace.materials.rules.taxonomy import Material, Taxonomy


def estimate(material: Material | None, quantity: Quantity | None, kg_per_unit: Decimal | None = None) -> Text | None:
    """Estimate in one sentence. None as long as the material or the quantity is not known, or do not go together."""
    if material is None or quantity is None or not material.takes(quantity.unit):
        return None
    weight = material.mass_kg(quantity.amount, quantity.unit, kg_per_unit)
    saved = avoided_kgco2e(weight, material.carbon.kgco2e_per_kg if material.carbon else None)
    if not saved:
        return _("Estimated: %(mass)s. What it saves in carbon is not known.", mass=mass(weight))
    return _(
        "Estimated: %(mass)s. Using it again saves about %(carbon)s, before transport.", mass=mass(weight), carbon=carbon(saved)
    )


def estimate_of(form: Any, taxonomy: Taxonomy) -> Text | None:
    """The estimate of what stands in a form of a lot or a demand now."""
    weighed = form.kg_per_unit if "kg_per_unit" in form else None
    if form.quantity.process_errors or (weighed and weighed.process_errors):
        return None
    return estimate(taxonomy.find_material(form.material.data or ""), form.quantity.data, weighed.data if weighed else None)
