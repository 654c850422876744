"""How the figures are made, in words and tables. Formulas, vehicles and materials with their sources."""

from marketplace.accounts.policy import Actor
from marketplace.kernel.formats import number, quantity
from marketplace.kernel.language import Text, _
from marketplace.materials.queries import may_read_factor
from marketplace.materials.rules.taxonomy import Material, Taxonomy

FORMULAS: list[tuple[Text, Text]] = [
    (_("Mass"), _("measured quantity × weight of one unit")),
    (_("Distance"), _("the shortest line over the earth between where the lot is and where it goes")),
    (_("Road"), _("the driven kilometres; where nobody entered them: distance × 1.3")),
    (_("Transport work"), _("tonnes × road")),
    (_("Transport"), _("tonnes × road × carbon factor of the vehicle, from well to wheel")),
    (_("Avoided"), _("mass × carbon factor of the new product; unknown where there is no factor, never zero")),
    (
        _("Processing"),
        _("mass × carbon factor of making it fit for reuse; unknown where there is no factor, and then not taken off"),
    ),
    (_("Net saved"), _("avoided − transport − processing")),
]
VEHICLE_COLUMNS: list[tuple[Text, str]] = [
    (_("Vehicle"), "text"),
    (_("kg CO₂e per tonne-km"), "number"),
    (_("Source"), "text"),
    (_("Certainty"), "text"),
]
MATERIAL_COLUMNS: list[tuple[Text, str]] = [
    (_("Material"), "text"),
    (_("Weight"), "text"),
    (_("Source of the weight"), "text"),
    (_("kg CO₂e per kg"), "number"),
    (_("Source of the factor"), "text"),
    (_("kg CO₂e per kg, processing"), "number"),
]
SOURCES: list[tuple[str, Text]] = [
    (
        "DEFRA25",
        _("UK Government, greenhouse gas conversion factors 2025: materials, and vehicles with the making of their fuel"),
    ),
    ("BR18T7", _("Danish Building Regulations BR18, annex 2, table 7, after Ökobaudat")),
    ("KBOB22", _("KBOB, Ökobilanzdaten im Baubereich 2009/1:2022, Switzerland")),
    ("IOER20", _("IÖR, after Ökobaudat 2020, Germany")),
    ("CO2EF24", _("the Dutch list of emission factors, 2024")),
    ("DIM …", _("worked out from nominal size and a density in kg per m³")),
    ("MIX (…)", _("a mixture by mass of the sources between brackets, with estimated shares")),
    ("SCHATTING", _("our own estimate")),
]


def vehicle_rows(taxonomy: Taxonomy) -> list[list[str]]:
    """Each class with its factor."""
    return [
        [vehicle.name, number(vehicle.kgco2e_per_tonne_km, 5), vehicle.source, vehicle.confidence]
        for vehicle in taxonomy.vehicles
    ]


def material_rows(taxonomy: Taxonomy, actor: Actor) -> list[tuple[str, list[list[str]]]]:
    """The materials by group."""
    return [(group.name, [_row(item, actor) for item in taxonomy.materials_in(group.slug)]) for group in taxonomy.groups]


def _row(material: Material, actor: Actor) -> list[str]:
    weight = quantity(material.weights_kg[material.default_unit], "kg")
    unit = str(material.default_unit.one)
    factor, may_read = material.carbon, may_read_factor(actor, material)
    processing, licensed = material.processing_kgco2e_per_kg, str(_("licensed"))
    return [
        material.name,
        str(_("%(weight)s per %(unit)s", weight=weight, unit=unit)),
        f"{material.weight_source} ({material.weight_confidence})",
        number(factor.kgco2e_per_kg if factor else None, 4 if factor else None) if may_read else licensed,
        f"{factor.source} ({factor.confidence})" if factor else "–",
        number(processing, 5 if processing is not None else None) if may_read else licensed,
    ]
