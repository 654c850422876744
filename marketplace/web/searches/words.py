"""What a saved search keeps, and when its mail comes, in words."""

from collections.abc import Mapping

from marketplace.accounts.policy import Actor
from marketplace.accounts.queries.organisations import list_organisations
from marketplace.accounts.queries.preferences import get_preferences
from marketplace.catalogue.rules.fields import PREFIX, describe_filter, read_pairs
from marketplace.catalogue.rules.query import SUPPLY_LABELS
from marketplace.catalogue.rules.saved_query import SavedFilters
from marketplace.kernel.db import Session
from marketplace.kernel.errors import Invalid
from marketplace.kernel.formats import long_date
from marketplace.kernel.language import DEFAULT_LOCALE, Text, _, localize
from marketplace.market.rules.listing import CONDITION_LABELS
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.notices.rules.kinds import Cadence, Notice

Kept = list[tuple[Text | str, str]]
_MAILED: dict[Cadence, Text] = {
    Cadence.AT_ONCE: _("We look once a day. If there is something new, you get an email at once."),
    Cadence.DAILY: _("We look once a day. If there is something new, you get one email that day."),
    Cadence.WEEKLY: _("We look once a day. What is new comes in one email a week, on Monday."),
    Cadence.NEVER: _("We look once a day. What is new appears in your inbox; you get no email."),
}


def organisation_names(session: Session) -> dict[str, str]:
    """The name of every organisation by its slug."""
    return {row.slug: row.name for row in list_organisations(session)}


def describe_search(filters: SavedFilters, taxonomy: Taxonomy, names: Mapping[str, str]) -> Kept:
    """Everything that narrows the search: what it is, and its value. Empty: whatever is new."""
    groups = {group.slug: group.name for group in taxonomy.groups}
    materials = [material.name if (material := taxonomy.find_material(slug)) else slug for slug in filters.materials]
    rows: Kept = [
        (_("Words"), filters.q),
        (_("Material"), ", ".join([*(groups.get(slug, slug) for slug in filters.groups), *materials])),
        (_("Condition"), ", ".join(str(CONDITION_LABELS[condition]) for condition in filters.conditions)),
        (_("Organisation"), ", ".join(names.get(slug, slug) for slug in filters.organisations)),
        (_("Now or planned"), ", ".join(str(SUPPLY_LABELS[supply]) for supply in filters.supplies)),
        *_by_field(filters, taxonomy),
        (_("Place"), _around(filters)),
        (_("Available"), _free(filters)),
    ]
    return [(label, value) for label, value in rows if value]


def _by_field(filters: SavedFilters, taxonomy: Taxonomy) -> Kept:
    """Each field with what is asked of it; what cannot be read any more as it stands."""
    read, errors = read_pairs(filters.fields, taxonomy.fields_by_slug.get, DEFAULT_LOCALE)
    wrong = {error.field for error in errors}
    fields = [(taxonomy.fields_by_slug[pair.slug], pair) for pair in read]
    rows: Kept = [(field.name, localize(describe_filter(field, pair))) for field, pair in fields]
    return rows + [(_("Property"), f"{key.removeprefix(PREFIX)} {value}") for key, value in filters.fields if key in wrong]


def _around(filters: SavedFilters) -> str:
    if filters.place and filters.radius_km:
        return str(_("within %(km)s km of %(place)s", km=filters.radius_km, place=filters.place))
    return str(_("distances from %(place)s", place=filters.place)) if filters.place else ""


def _free(filters: SavedFilters) -> str:
    if filters.now:
        return str(_("can be collected now"))
    try:
        day = filters.available_from
    except Invalid:
        return filters.day
    return str(_("on %(day)s", day=long_date(day))) if day else ""


def mailed_of(session: Session, actor: Actor) -> Text:
    """When somebody hears of what is new."""
    return _MAILED[get_preferences(session, actor)[Notice.SAVED_SEARCH]]
