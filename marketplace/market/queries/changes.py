"""What changed, for the second of two people who edit one thing. And the counter of the catalogue, on which ETags hang."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict
from marketplace.kernel.language import _
from marketplace.market.models import CatalogueRevision
from marketplace.materials.rules.fields import error_name
from marketplace.notices.models import AuditRow

_DERIVED = (
    "_m",
    "public_lat",
    "public_lon",
    "search_text",
    "hazards_yes",
    "hazards_unknown",
    "reach_chord2_m2",
    "place_basis",
    "fields_version",
    "municipality",
)
_SAID_AS = {
    "material_id": "material",
    "place_name": "place",
    "lat": "place",
    "lon": "place",
    "address": "place",
    "depot_id": "depot",
}
_OWN = "fields"  # the material's own: each by itself, as `fields.thickness-cm`


def differences(row: Any, columns: dict[str, Any]) -> set[str]:
    """The fields, as a form names them, in which the columns differ from the row."""
    changed = {
        _SAID_AS.get(name, name) for name, value in columns.items() if not name.endswith(_DERIVED) and getattr(row, name) != value
    }
    if _OWN not in changed:
        return changed
    before, after = getattr(row, _OWN), columns[_OWN]
    return changed - {_OWN} | {error_name(slug) for slug in {*before, *after} if before.get(slug) != after.get(slug)}


def changed_since(session: Session, object_type: str, object_id: int, version: int) -> list[str]:
    """The fields that edits after `version` changed, in order of the alphabet."""
    rows = session.scalars(
        select(AuditRow.facts).where(
            AuditRow.object_type == object_type, AuditRow.object_id == object_id, AuditRow.action == f"{object_type}.edit"
        )
    )
    return sorted({field for facts in rows if facts.get("version", 0) > version for field in facts.get("fields", [])})


def version_conflict(current: int, changed: list[str]) -> Conflict:
    """Somebody else was first; nothing of what was typed is lost."""
    return Conflict(
        _(
            "Somebody else changed this in the meantime. Look at what changed; what you typed is still here. Send it again to keep yours."
        ),
        current=current,
        changed=changed,
    )


def catalogue_number(session: Session) -> int:
    """The catalogue's revision, as this transaction sees it."""
    return session.scalar(select(CatalogueRevision.number)) or 0


def fetch_catalogue_state(database: Database) -> tuple[int, int]:
    """Fetch the catalogue's revision and the taxonomy in use. Public pages depend on these, and on the hour."""
    number, version = database.fetch_one("SELECT (SELECT number FROM catalogue_revision), (SELECT max(id) FROM taxonomy_version)")
    return number or 0, version or 0
