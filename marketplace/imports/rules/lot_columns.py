"""The columns of a sheet of lots: what every lot says, and each field of the materials."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from marketplace.imports.rules.columns import Column, plain_name
from marketplace.imports.rules.tables import Table, TableName
from marketplace.kernel.language import Named, Text, _
from marketplace.materials.rules.fields import NOT_KNOWN, Field, FieldKind, Names, error_name
from marketplace.materials.rules.taxonomy import Material, Taxonomy

LOTS_MAX = 2000  # rows of one sheet: each becomes a lot of its own
EURO = "euro"
FIELD_START = error_name("")

LOTS = Table(
    TableName.LISTINGS,
    _("Supply"),
    _("Lots of your municipality, one in each row. Every row becomes a draft: you add a photo and publish it yourself."),
    (
        Column(
            "title",
            _("Title"),
            _("what stands above the lot"),
            ("titel", "title", "naam", "name"),
            True,
            examples=("Betonklinkers uit de Dorpsstraat",),
        ),
        Column(
            "material",
            _("Material"),
            _("a material of the list, by its name"),
            ("materiaal", "material", "soort materiaal", "materiaalsoort"),
            True,
            examples=("Betonstraatsteen keiformaat 8 cm",),
        ),
        Column(
            "quantity",
            _("Quantity"),
            _("how much there is"),
            ("hoeveelheid", "quantity", "aantal", "beschikbaar", "available", "amount"),
            True,
            is_number=True,
            examples=(Decimal(1200),),
        ),
        Column(
            "unit",
            _("Unit"),
            _("pieces, m, m², m³, tonnes or kg"),
            ("eenheid", "unit"),
            True,
            examples=("m²",),
        ),
        Column(
            "condition",
            _("Condition"),
            _("new, good, fair or poor"),
            ("kwaliteit", "condition", "staat", "conditie"),
            True,
            examples=("Goed",),
        ),
        Column(
            "available_from",
            _("Free from"),
            _("the first day on which it can be fetched; empty of what is planned"),
            ("vrij vanaf", "free from", "beschikbaar vanaf", "available from", "vanaf"),
            True,
            examples=("2027-03-01",),
        ),
        Column(
            "available_until",
            _("Free until"),
            _("the last day, if there is one"),
            ("vrij tot en met", "free until", "beschikbaar tot", "beschikbaar tot en met", "available until"),
        ),
        Column(
            "planned",
            _("Planned"),
            _("yes: it is not there yet, and comes free in the period behind it; then “Free from” stays empty"),
            ("gepland", "planned", "komt later vrij", "comes free later"),
        ),
        Column(
            "earliest",
            _("Comes free from"),
            _("of what is planned: the first day on which it can come free"),
            ("komt vrij vanaf", "comes free from", "vroegst vrij", "earliest"),
        ),
        Column(
            "latest",
            _("Comes free until"),
            _("of what is planned: the last day"),
            ("komt vrij tot en met", "comes free until", "laatst vrij", "latest"),
        ),
        Column(
            "certainty",
            _("How sure that is"),
            _("of what is planned: idea, budgeted, tendered or in execution"),
            ("hoe zeker dat is", "how sure that is", "zekerheid", "certainty"),
        ),
        Column(
            "place",
            _("Place"),
            _("a place or a postcode of the region, or coordinates"),
            ("plaats", "place", "locatie", "postcode", "woonplaats", "location"),
            examples=("Borne",),
        ),
        Column("lat", _("Latitude"), _("with the longitude, instead of the place"), ("lat", "breedtegraad", "latitude")),
        Column("lon", _("Longitude"), _("with the latitude, instead of the place"), ("lon", "lng", "lengtegraad", "longitude")),
        Column("depot", _("Depot"), _("the name of a depot, instead of the place"), ("depot", "opslag")),
        Column(
            "quantity_basis",
            _("How the quantity is known"),
            _("estimated, from a drawing, measured or weighed; empty: estimated"),
            ("hoe de hoeveelheid bekend is", "how the quantity is known", "bepaling", "basis"),
        ),
        Column(
            "year_of_construction",
            _("Year of construction"),
            _("the year in which it was made or built"),
            ("bouwjaar", "year of construction", "jaar van bouw"),
        ),
        Column(
            "price",
            _("Price per unit"),
            _("in euro; empty or 0: free of charge"),
            ("prijs per eenheid", "price per unit", "prijs", "price"),
            is_number=True,
            units=(EURO, "eur"),
        ),
        Column("description", _("Description"), _("what a buyer should know"), ("omschrijving", "description", "beschrijving")),
        Column("remarks", _("Remarks"), _("what else is to be said"), ("opmerkingen", "remarks", "opmerking")),
        Column(
            "external_id",
            _("Number in your own system"),
            _("a row whose number is there already is not taken twice"),
            (
                "extern nummer",
                "external id",
                "externalid",
                "nummer in uw eigen systeem",
                "number in your own system",
                "eigen nummer",
            ),
        ),
    ),
    rows_max=LOTS_MAX,
)


def field_columns(taxonomy: Taxonomy, materials: Iterable[Material] | None = None) -> tuple[Column, ...]:
    """A column for each field: of some materials, or of all. Known by its slug and its names, with its unit in brackets.

    Where a column has that name already, the name of the set of fields stands behind it.
    """
    fields = (
        taxonomy.fields
        if materials is None
        else {field.slug: field for material in materials for field in material.fields}.values()
    )
    sets = {field.slug: field_set for field_set in taxonomy.field_sets for field in field_set.fields}
    used = Counter(name for field in taxonomy.fields for name in {plain_name(field.name_nl), plain_name(field.name_en)})
    used.update(name for column in LOTS.columns for name in {plain_name(str(column.label)), *column.names})
    return tuple(_column(field, sets.get(field.slug), used) for field in fields)


def _column(field: Field, of: Named | None, used: Mapping[str, int]) -> Column:
    names = [field.slug]
    for locale in ("nl", "en"):
        name = field.name_in(locale)
        names.append(name)
        if of is not None:
            names.append(f"{name} {of.name_in(locale)}")
    is_shared = of is not None and any(used[plain_name(field.name_in(locale))] > 1 for locale in ("nl", "en"))
    number = field.kind is FieldKind.NUMBER
    return Column(
        error_name(field.slug),
        _("%(name)s – %(kind)s", name=field, kind=of) if is_shared else field.name,
        _meaning(field),
        tuple({plain_name(name): None for name in names}),
        is_number=number,
        units=tuple({plain_name(unit): None for unit in (field.unit_nl, field.unit_en) if plain_name(unit)}),
    )


def _meaning(field: Field) -> Text:
    match field.kind:
        case FieldKind.NUMBER:
            return _("a number in %(unit)s, or: unknown", unit=field.unit) if field.unit else _("a number, or: unknown")
        case FieldKind.YEAR:
            return _("a year, or: unknown")
        case FieldKind.DAY:
            return _("a day, or: unknown")
        case FieldKind.LINE:
            return _("a text, or: unknown")
    return _("one of: %(choices)s", choices=Names((*field.choices, NOT_KNOWN)))


def with_example(table: Table, material: Material) -> Table:
    """The table with this material in its example, in the unit that it goes by."""
    examples = {"title": material.name, "material": material.name, "unit": str(material.default_unit.label)}
    columns = (
        replace(column, examples=(examples[column.key],)) if column.key in examples else column for column in table.columns
    )
    return replace(table, columns=tuple(columns))


def is_field(key: str) -> bool:
    """Whether a column is that of a field of a material."""
    return key.startswith(FIELD_START)
