"""Questions about materials: the taxonomy in use, cached in memory per version."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any, cast
from weakref import ref

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, may, require
from marketplace.kernel.errors import Missing
from marketplace.kernel.language import _
from marketplace.kernel.units import Unit
from marketplace.materials.models import FactorList, MaterialRow, ReferenceRow, TaxonomyVersion
from marketplace.materials.rules.fields import YES_OR_NO, Field, FieldChoice, FieldKind, FieldSet
from marketplace.materials.rules.figures import HOLDER, Change, figure_of, list_changes, with_figures
from marketplace.materials.rules.lists import OPEN
from marketplace.materials.rules.rows import make_gate
from marketplace.materials.rules.taxonomy import (
    NOT_TRADABLE,
    BankOrigin,
    CarbonFactor,
    Hazard,
    Material,
    MaterialGroup,
    PaperKind,
    Taxonomy,
    VehicleClass,
    weights,
)

KEPT_VERSIONS = 8
LISTS_SHOWN = 50
_Key = tuple[int, str, datetime]
_kept: dict[_Key, Taxonomy] = {}
_lock = Lock()
_version = TaxonomyVersion.__table__.c
_NEWEST = select(_version.id, _version.digest, _version.loaded_at).order_by(_version.id.desc()).limit(1)


def find_newest_version(session: Session) -> TaxonomyVersion | None:
    """The version in use."""
    return session.scalars(select(TaxonomyVersion).order_by(TaxonomyVersion.id.desc()).limit(1)).first()


def find_version(session: Session, digest: str) -> TaxonomyVersion | None:
    """The version that was loaded from these very files, in use or not."""
    return session.scalars(select(TaxonomyVersion).where(TaxonomyVersion.digest == digest)).first()


def find_files_version(session: Session) -> int | None:
    """The last version that was loaded from files, in use or under a list."""
    listed = select(FactorList.version_id).where(FactorList.version_id.is_not(None))
    return session.scalar(select(func.max(TaxonomyVersion.id)).where(TaxonomyVersion.id.not_in(listed)))


def get_taxonomy(session: Session) -> Taxonomy:
    """The taxonomy in use: one small query to see which, the rest from memory. Missing until `materials sync` has run.

    A transaction asks once: it works with one version from beginning to end.
    """
    connection = session.connection()
    asked_in, in_use = session.info.get("taxonomy", (_never, None))
    if asked_in() is not session.get_transaction():
        newest = connection.execute(_NEWEST).first()
        if newest is None:
            raise Missing(_("There is no list of materials yet. Run: python3 -m marketplace materials sync"))
        in_use = _remembered(session, (newest.id, newest.digest, newest.loaded_at))
        session.info["taxonomy"] = ref(session.get_transaction()), in_use  # weak: a transaction holds its session
    return cast(Taxonomy, in_use)


def _never() -> None:
    """The transaction of a session that has not asked yet."""


def forget_taxonomy(session: Session) -> None:
    """Let this transaction ask again which version is in use, for it has made another one."""
    session.info.pop("taxonomy", None)


def taxonomy_of_version(session: Session, version: int) -> Taxonomy:
    """The taxonomy as one version has it. What was agreed by its factors is computed with them.

    A version never changes: a session asks for each of them once.
    """
    taxonomies: dict[int, Taxonomy] = session.info.setdefault("taxonomies", {})
    if version not in taxonomies:
        row = session.execute(select(_version.id, _version.digest, _version.loaded_at).where(_version.id == version)).one()
        taxonomies[version] = _remembered(session, (row.id, row.digest, row.loaded_at))
    return taxonomies[version]


def fields_of_version(session: Session, version: int | None) -> Mapping[str, Field]:
    """The fields by their slugs as they were when something was answered. None of them where nothing was asked yet."""
    return {} if version is None else taxonomy_of_version(session, version).fields_by_slug


def _remembered(session: Session, key: _Key) -> Taxonomy:
    taxonomy = _kept.get(key)
    if taxonomy is None:
        taxonomy = load_taxonomy(session, key[0])
        with _lock:
            while len(_kept) >= KEPT_VERSIONS:
                _kept.pop(next(iter(_kept)))
            _kept[key] = taxonomy
    return taxonomy


def load_taxonomy(session: Session, version: int) -> Taxonomy:
    """Load one version in full.

    Materials that only earlier versions know come along as retired ones, so that no listing loses its name.
    """
    rows: defaultdict[str, dict[str, ReferenceRow]] = defaultdict(dict)  # an early version has not every kind
    for row in session.scalars(select(ReferenceRow).where(ReferenceRow.version_id == version).order_by(ReferenceRow.position)):
        rows[row.kind][row.slug] = row
    ids = {row.slug: row.id for row in session.scalars(select(MaterialRow))}
    groups = {slug: MaterialGroup(slug, row.facts["name_nl"], row.facts["name_en"]) for slug, row in rows["group"].items()}
    hazards = {slug: _hazard(row) for slug, row in rows["hazard"].items()}
    fields = {slug: _field(row) for slug, row in rows["field"].items()}
    sets = {slug: _field_set(row, fields) for slug, row in rows["field_set"].items()}
    return Taxonomy(
        version=version,
        materials=tuple(_material(ids[slug], row, groups, hazards, sets) for slug, row in rows["material"].items()),
        groups=tuple(groups.values()),
        hazards=tuple(hazard for code, hazard in hazards.items() if code != NOT_TRADABLE),
        vehicles=tuple(_vehicle(row) for row in rows["transport"].values() if row.facts["kind"] == "tkm"),
        retired=tuple(
            _material(ids[row.slug], row, groups, hazards, sets, is_current=False)
            for row in _last_words(session, version)
            if row.slug not in rows["material"]
        ),
        field_sets=tuple(sets.values()),
        fields=tuple(fields.values()),
        gates=tuple(make_gate(slug, row.facts) for slug, row in rows["gate"].items()),
        paper_kinds=tuple(_paper_kind(row) for row in rows["paper_kind"].values()),
    )


def _last_words(session: Session, version: int) -> list[ReferenceRow]:
    """The newest row of every material, among the versions up to this one."""
    last = (
        select(func.max(ReferenceRow.id).label("id"))
        .where(ReferenceRow.kind == "material", ReferenceRow.version_id <= version)
        .group_by(ReferenceRow.slug)
        .subquery()
    )
    return list(session.scalars(select(ReferenceRow).join(last, ReferenceRow.id == last.c.id).order_by(ReferenceRow.id)))


def _hazard(row: ReferenceRow) -> Hazard:
    facts = row.facts
    return Hazard(
        row.slug,
        facts["name_nl"],
        facts["name_en"],
        facts["blocking"],
        facts["proof"],
        facts["eural"],
        facts["source"],
        facts.get("proof_en", ""),
    )


def _paper_kind(row: ReferenceRow) -> PaperKind:
    facts = row.facts
    return PaperKind(
        row.slug,
        facts["name_nl"],
        facts["name_en"],
        facts["proof"],
        facts["hint_nl"],
        facts["hint_en"],
        facts["source"],
        date.fromisoformat(facts["dated_on"]),
    )


def _vehicle(row: ReferenceRow) -> VehicleClass:
    facts = row.facts
    return VehicleClass(
        row.slug, facts["name_nl"], facts["name_en"], Decimal(facts["value"]), facts["load"], facts["source"], facts["confidence"]
    )


def _field(row: ReferenceRow) -> Field:
    facts, kind = row.facts, FieldKind(row.facts["kind"])
    choices = tuple(FieldChoice(**choice) for choice in facts["choices"])
    return Field(
        slug=row.slug,
        name_nl=facts["name_nl"],
        name_en=facts["name_en"],
        kind=kind,
        unit_nl=facts["unit_nl"],
        unit_en=facts["unit_en"],
        choices=YES_OR_NO if kind is FieldKind.ANSWER else choices,
        minimum=_decimal(facts["minimum"]),
        maximum=_decimal(facts["maximum"]),
        places=facts["places"],
        is_needed=facts["needed"],
        is_searchable=facts["searchable"],
        hint_nl=facts["hint_nl"],
        hint_en=facts["hint_en"],
        source=facts["source"],
        dated_on=date.fromisoformat(facts["dated_on"]),
    )


def _field_set(row: ReferenceRow, fields: dict[str, Field]) -> FieldSet:
    facts = row.facts
    own = tuple(fields[slug] for slug in facts["fields"])
    return FieldSet(row.slug, facts["name_nl"], facts["name_en"], own, facts["source"], date.fromisoformat(facts["dated_on"]))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _material(
    material_id: int,
    row: ReferenceRow,
    groups: dict[str, MaterialGroup],
    hazards: dict[str, Hazard],
    sets: dict[str, FieldSet],
    *,
    is_current: bool = True,
) -> Material:
    facts = row.facts
    factor, pieces = _decimal(facts["carbon_factor"]), _decimal(facts["pieces_per_m2"])
    low, high = _decimal(facts["carbon_low"]), _decimal(facts["carbon_high"])
    own_group = MaterialGroup(facts["group"], facts["group_name_nl"], facts["group_name_en"])
    return Material(
        slug=row.slug,
        name_nl=facts["name_nl"],
        name_en=facts["name_en"],
        id=material_id,
        group=groups.get(facts["group"], own_group),
        default_unit=Unit(facts["unit"]),
        weights_kg=weights({Unit(unit): Decimal(kg) for unit, kg in facts["kg_per_unit"].items()}, pieces),
        pieces_per_m2=pieces,
        carbon=None if factor is None else CarbonFactor(factor, facts["carbon_source"], facts["carbon_confidence"], low, high),
        processing_kgco2e_per_kg=_decimal(facts.get("processing_factor")),  # a version of before has none
        origin=BankOrigin(facts.get("origin", BankOrigin.REUSED)),
        is_bulk=facts.get("is_bulk"),  # likewise
        hazards=tuple(hazards[code] for code in facts["hazards"] if code != NOT_TRADABLE and code in hazards),
        is_tradable=NOT_TRADABLE not in facts["hazards"],
        substitutes=tuple(facts["substitutes"]),
        tolerance_percent=Decimal(facts["tolerance_percent"]),
        field_set=facts["field_set"],
        fields=sets[facts["field_set"]].needed_first if facts["field_set"] in sets else (),
        synonyms_nl=tuple(facts["synonyms_nl"]),
        synonyms_en=tuple(facts["synonyms_en"]),
        reference_size=facts["reference_size"],
        weight_source=facts["weight_source"],
        weight_confidence=facts["weight_confidence"],
        eural=facts["eural"],
        remark=facts["remark"],
        mki_eur_per_kg=_decimal(figure_of(facts, "mki")),
        mki_source=figure_of(facts, "mki_source"),
        factor_licence=figure_of(facts, "factor_licence"),
        is_factor_public=figure_of(facts, "factor_is_public"),
        licence_holder=figure_of(facts, HOLDER),
        imbor=figure_of(facts, "imbor"),
        is_current=is_current,
    )


def may_read_factor(actor: Actor, material: Material) -> bool:
    """Whether the actor may read factor and MKI: a licence may keep them to its holder."""
    return material.is_factor_public or may(actor, Can.READ_LICENSED_FACTOR, material.licence_holder)


def may_read_figures(actor: Actor, facts: Mapping[str, Any]) -> bool:
    """The same of the row of a version."""
    return figure_of(facts, "factor_is_public") or may(actor, Can.READ_LICENSED_FACTOR, figure_of(facts, HOLDER))


@dataclass(frozen=True, slots=True)
class MadeVersion:
    """A version: since when, and the list that it was made from (None: from files)."""

    number: int
    since: datetime
    list: FactorList | None


@dataclass(frozen=True, slots=True)
class MaterialVersion:
    """What a version said of one material, and what that changed."""

    version: MadeVersion
    facts: Mapping[str, Any]
    changes: tuple[Change, ...]


def list_versions(session: Session) -> list[MadeVersion]:
    """Every version, newest first."""
    rows = select(TaxonomyVersion, FactorList).outerjoin(FactorList, FactorList.version_id == TaxonomyVersion.id)
    return [
        MadeVersion(version.id, version.loaded_at, made)
        for version, made in session.execute(rows.order_by(TaxonomyVersion.id.desc()))
    ]


def get_version(session: Session, version: int | None) -> int:
    """The number of a version, by default of the one in use. Missing where there is none."""
    if version is None:
        return get_taxonomy(session).version
    if session.get(TaxonomyVersion, version) is None:
        raise Missing(_("There is no such version of the list of materials. Choose one from the list."))
    return version


def facts_of_version(session: Session, version: int) -> dict[str, dict[str, Any]]:
    """What a version says of each material, in the order of the file."""
    rows = select(ReferenceRow).where(ReferenceRow.version_id == version, ReferenceRow.kind == "material")
    return {row.slug: row.facts for row in session.scalars(rows.order_by(ReferenceRow.position))}


def list_material_versions(session: Session, slug: str) -> list[MaterialVersion]:
    """List the versions that changed a figure of a material, newest first.

    The first that knew it is the last. Missing: no such material.
    """
    rows = select(ReferenceRow).where(ReferenceRow.kind == "material", ReferenceRow.slug == slug)
    made = {version.number: version for version in list_versions(session)}
    versions: list[MaterialVersion] = []
    before: Mapping[str, Any] | None = None
    for row in session.scalars(rows.order_by(ReferenceRow.version_id)):
        changes = () if before is None else tuple(list_changes(slug, before, row.facts))
        if before is None or changes:
            versions.append(MaterialVersion(made[row.version_id], row.facts, changes))
        before = row.facts
    if not versions:
        raise Missing(_("There is no such material. Choose one from the list of materials."))
    return versions[::-1]


def list_factor_lists(session: Session, actor: Actor) -> Sequence[FactorList]:
    """The lists of figures that the actor may see, newest first.

    The reviewer and the administrator see all that were handed in.
    """
    require(actor, Can.LOAD_FACTORS)
    rows = select(FactorList).order_by(FactorList.id.desc())
    own = FactorList.organisation_id == actor.organisation_id
    rows = rows.where(or_(own, FactorList.handed_in_at.is_not(None)) if may(actor, Can.MANAGE_TAXONOMY) else own)
    return session.scalars(rows.limit(LISTS_SHOWN)).all()


def get_factor_list(session: Session, actor: Actor, list_id: int) -> FactorList:
    """One list of figures; Missing for whoever may not see it."""
    row = session.get(FactorList, list_id)
    if row is None:
        raise Missing(_("This list does not exist, or you may not see it. Check the address."))
    require(actor, Can.READ_FACTOR_LIST, row, hidden=True)
    return row


def changes_of(session: Session, row: FactorList) -> list[Change]:
    """What a list changes, the largest first.

    In the version in use, or for one that was decided in the version of then.
    """
    is_open = row.state in OPEN
    facts = facts_of_version(session, get_taxonomy(session).version if is_open else row.based_on)
    changes = [
        change
        for slug, figures in row.changes.items()
        if slug in facts
        for change in list_changes(slug, facts[slug], with_figures(facts[slug], figures))
    ]
    return sorted(changes, key=lambda change: (-change.size, change.slug))
