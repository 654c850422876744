"""Statistics, goals and material use as the API shows them. The names of the figures come from the registered list."""

from decimal import Decimal

from marketplace.api.shapes import Shape, number, organisation, organisation_of
from marketplace.http.errors import camel
from marketplace.impact.queries.goals import GoalPlace, GoalsOverview, MaterialUseYear, Standing
from marketplace.impact.queries.statistics import STATISTICS, Statistics, StatisticsRow
from marketplace.ledger.queries import Totals


def key_of(name: str) -> str:
    """`avoidedKgCo2e` for `avoided_kgco2e`."""
    return camel(name.replace("kgco2e", "kg_co2e"))


def sums(of: Totals) -> Shape:
    """Every figure of the list. Avoided carbon is of the mass whose factor is known; `unknownFactorMassKg` says how much is not."""
    return {key_of(item.name): number(item.of(of)) for item in STATISTICS}


def statistics(of: Statistics) -> Shape:
    """The totals, and for members three ways of adding up to them."""
    if of.is_public:
        return {"totals": sums(of.totals)}
    return {
        "totals": sums(of.totals),
        "byMunicipality": [{**_row(row), "givenMassKg": number(row.given_mass_kg or Decimal(0))} for row in of.by_municipality],
        "byMaterialGroup": [_row(row) for row in of.by_material_group],
        "byMonth": [_row(row) for row in of.by_month],
    }


def _row(row: StatisticsRow) -> Shape:
    return {"key": row.key, "name": row.name, **sums(row.totals)}


def goals(of: GoalsOverview) -> Shape:
    """The region, and for members every municipality."""
    shape: Shape = {"year": of.year, "years": list(of.years), "region": _place(of.region)}
    if of.municipalities:
        shape["municipalities"] = [
            {
                "organisation": organisation(municipality.slug, municipality.name),
                "includesBank": municipality.includes_bank,
                **_place(municipality),
            }
            for municipality in of.municipalities
        ]
    return shape


def _place(place: GoalPlace) -> Shape:
    return {"goals": [_goal(standing) for standing in place.standings], "bankMassKg": number(place.bank_kg)}


def _goal(standing: Standing) -> Shape:
    share = standing.indicator.share
    existing = share is not None
    return {
        "number": standing.target.number,
        "targetPercent": number(standing.target.percent),
        "targetYear": standing.target.year,
        "isOwn": standing.target.is_own,
        "sharePercent": number(share * 100) if share is not None else None,
        "renewableMassKg": number(standing.indicator.renewable_kg) if existing else None,
        "totalMassKg": number(standing.indicator.total_kg) if existing else None,
        "reportedBy": standing.indicator.reported,
        "askedOf": standing.indicator.asked,
    }


def material_use(of: MaterialUseYear) -> Shape:
    """A reported year; version 0 and null where nothing is reported yet."""
    return {
        "organisation": organisation_of(of.organisation),
        "year": of.year,
        "version": of.version,
        "includesBank": of.includes_bank,
        "rows": [{"group": row.group_slug, "origin": row.origin, "massKg": number(row.mass_kg)} for row in of.rows],
        "bankMassKg": number(of.bank_kg),
    }
