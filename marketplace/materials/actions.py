"""Verbs of the taxonomy: newer files, or a list of figures, become a new version."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.accounts.queries.people import list_reviewers
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict, FieldError, Invalid
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.language import _
from marketplace.kernel.text import check_length, clean
from marketplace.materials.models import FactorList, MaterialRow, ReferenceRow, TaxonomyVersion
from marketplace.materials.queries import (
    changes_of,
    facts_of_version,
    find_files_version,
    find_newest_version,
    find_version,
    forget_taxonomy,
    get_factor_list,
    get_taxonomy,
    get_version,
)
from marketplace.materials.rules.figures import FILED, brought_back, carried_over, with_figures
from marketplace.materials.rules.files import read_files, read_reference
from marketplace.materials.rules.lists import (
    NAME_LENGTH_MAX,
    OPEN,
    REASON_LENGTH_MAX,
    STATE_LABELS,
    Fault,
    ListFile,
    ListState,
    read_list,
)
from marketplace.materials.rules.rows import Reference
from marketplace.notices.actions import audit
from marketplace.notices.actions.notify import notify
from marketplace.notices.rules.kinds import Notice

LIST = "factor_list"
FAULTS_MAX = 60


@dataclass(frozen=True, slots=True)
class Synced:
    """The result of `sync`. The version in use, whether it is new, and its materials.

    How many it has and leaves out, and of how many the figures of a list stand.
    """

    version: int
    is_new: bool
    materials: int = 0
    left_out: int = 0
    listed: int = 0


def sync(session: Session, actor: Actor, *, source: Path = SHIPPED) -> Synced:
    """Load the reference files of a folder (or one of them) as a new version. The files in use once more: nothing happens.

    Figures that a list put in their place stand until they are taken back. Refused: files with a cell that does not fit, and files that
    were a version before the last files: that version stays what it was.
    """
    if not actor.is_system:
        require(actor, Can.MANAGE_TAXONOMY)
    files = read_files(source)
    newest, same = hold_newest(session), find_version(session, files.digest)
    if newest is not None and same is not None:
        if same.id == find_files_version(session):
            return Synced(newest.id, is_new=False)
        raise Conflict(
            _(
                "These files were version %(version)s, and a later version replaced it. Change the file before loading it.",
                version=same.id,
            )
        )
    in_use = {} if newest is None else facts_of_version(session, newest.id)
    references = [_with_listed(reference, in_use) for reference in read_reference(files)]
    version = TaxonomyVersion(digest=files.digest, loaded_at=clock.now())
    session.add(version)
    session.flush()
    left_out = _keep_identities(session, [row.slug for row in references if row.kind == "material"])
    session.add_all(_row(version.id, position, reference) for position, reference in enumerate(references))
    session.flush()
    forget_taxonomy(session)
    audit.record(
        session, actor, action="taxonomy.sync", object_type="taxonomy_version", object_id=version.id, digest=files.digest
    )
    materials = [row.facts for row in references if row.kind == "material"]
    return Synced(version.id, True, len(materials), left_out, sum(FILED in facts for facts in materials))


def _with_listed(reference: Reference, in_use: Mapping[str, Mapping[str, Any]]) -> Reference:
    if reference.kind != "material" or reference.slug not in in_use:
        return reference
    return replace(reference, facts=carried_over(reference.facts, in_use[reference.slug]))


def _keep_identities(session: Session, slugs: list[str]) -> int:
    """New materials get an id; known ones keep theirs. Answers how many known materials the new version leaves out."""
    existing = set(session.scalars(select(MaterialRow.slug)))
    session.add_all(MaterialRow(slug=slug) for slug in slugs if slug not in existing)
    return len(existing - set(slugs))


def _row(version_id: int, position: int, reference: Reference) -> ReferenceRow:
    return ReferenceRow(version_id=version_id, kind=reference.kind, slug=reference.slug, position=position, facts=reference.facts)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A list as it was loaded, and the columns of its file that are no figures."""

    list: FactorList
    ignored: tuple[str, ...]


def load_list(session: Session, actor: Actor, *, file: ListFile) -> Loaded:
    """Keep a list of figures to look at. Refused with every row and cell that does not fit; then nothing is kept."""
    require(actor, Can.LOAD_FACTORS)
    in_use = get_taxonomy(session).version
    read = read_list(file, facts_of_version(session, in_use), holder=actor.organisation_slug)
    if read.faults:
        raise Invalid.all(_errors(read.faults))
    if not read.changes:
        raise Invalid(_("Nothing in this file differs from the list in use. Change the file, or leave it as it is."), "file")
    row = _keep(
        session, actor, FactorList(name=file.name[:NAME_LENGTH_MAX], digest=file.digest, changes=read.changes, based_on=in_use)
    )
    return Loaded(row, read.ignored)


def restore_version(session: Session, actor: Actor, *, version: int) -> FactorList:
    """Make a list that brings back the figures of a former version, to look at first."""
    require(actor, Can.MANAGE_TAXONOMY)
    in_use = get_taxonomy(session).version
    now, then = facts_of_version(session, in_use), facts_of_version(session, get_version(session, version))
    changes = {slug: brought for slug in now if slug in then and (brought := brought_back(now[slug], then[slug]))}
    if not changes:
        raise Conflict(_("The figures of that version are those of the version in use. There is nothing to bring back."))
    name = str(_("figures of version %(version)s", version=version))
    return _keep(session, actor, FactorList(name=name, digest="", changes=changes, based_on=in_use, restores=version))


def _keep(session: Session, actor: Actor, row: FactorList) -> FactorList:
    if actor.organisation_id is None:
        raise RuntimeError("a list belongs to an organisation")
    row.organisation_id, row.state = actor.organisation_id, ListState.DRAFT
    row.made_at, row.made_by_id = clock.now(), actor.person_id
    session.add(row)
    session.flush()
    audit.record(session, actor, action="factor_list.load", object_type=LIST, object_id=row.id, materials=len(row.changes))
    return row


def _errors(faults: tuple[Fault, ...]) -> list[FieldError]:
    """Each fault with its row and column. Of very many the first, and how many more."""
    more = len(faults) - FAULTS_MAX
    rest = [FieldError("rows", _("%(number)s more cells do not fit.", number=more))] if more > 0 else []
    return [*(fault.as_error() for fault in faults[:FAULTS_MAX]), *rest]


def hand_in_list(session: Session, actor: Actor, *, list_id: int) -> FactorList:
    """Hand a list in to the AO CE, who takes it into use or says why not."""
    row = _hold(session, actor, list_id)
    require(actor, Can.LOAD_FACTORS, row)
    if row.state != ListState.DRAFT:
        raise _closed(row)
    row.state, row.handed_in_at = ListState.WAITING, clock.now()
    for person_id in list_reviewers(session):
        notify(session, Notice.FACTORS_HANDED_IN, person_id=person_id, organisation=actor.organisation_name, list_id=row.id)
    audit.record(session, actor, action="factor_list.hand_in", object_type=LIST, object_id=row.id)
    return row


def withdraw_list(session: Session, actor: Actor, *, list_id: int) -> FactorList:
    """Take a list back that has not been decided on."""
    row = _hold(session, actor, list_id)
    require(actor, Can.LOAD_FACTORS, row)
    if row.state not in OPEN:
        raise _closed(row)
    _decide(session, actor, row, ListState.WITHDRAWN)
    return row


def decline_list(session: Session, actor: Actor, *, list_id: int, reason: str) -> FactorList:
    """Say why a list is not taken into use, and tell whose it is."""
    require(actor, Can.MANAGE_TAXONOMY)
    row = _hold(session, actor, list_id)
    if row.state not in OPEN:
        raise _closed(row)
    row.reason = clean(reason, lines=True)
    if not row.reason:
        raise Invalid(_("Say why. Whoever handed it in reads it."), "reason")
    check_length(row.reason, REASON_LENGTH_MAX, "reason")
    _decide(session, actor, row, ListState.DECLINED)
    if row.organisation_id != actor.organisation_id:
        notify(session, Notice.FACTORS_DECLINED, organisation_id=row.organisation_id, list_id=row.id, reason=row.reason)
    return row


def use_list(session: Session, actor: Actor, *, list_id: int, seen: int, sure: bool = False) -> FactorList:
    """Make the version that a list changes the version in use into. What was counted before keeps the version that it was counted with.

    `seen`: the version that the changes were looked at against; refused when another came since. `sure`: figures that become more than
    three times as large or as small were looked at once more.
    """
    require(actor, Can.MANAGE_TAXONOMY)
    row = _hold(session, actor, list_id)
    if row.state not in OPEN:
        raise _closed(row)
    newest = hold_newest(session)
    if newest is None or newest.id != seen:
        raise Conflict(_("The list of materials changed since you looked. Look at what would change now, and decide again."))
    changes = changes_of(session, row)
    if not changes:
        raise Conflict(_("Nothing in this file differs from the list in use. Change the file, or leave it as it is."))
    if any(change.is_much for change in changes) and not sure:
        raise Invalid(
            _("Some figures become more than three times as large or as small. Check them, and say that they are right."), "sure"
        )
    version = TaxonomyVersion(digest=_digest(row, newest), loaded_at=clock.now())
    session.add(version)
    session.flush()
    rows = session.scalars(select(ReferenceRow).where(ReferenceRow.version_id == newest.id).order_by(ReferenceRow.position))
    session.add_all(_with_list(reference, version.id, row) for reference in rows.all())
    forget_taxonomy(session)
    row.based_on, row.version_id = newest.id, version.id
    _decide(session, actor, row, ListState.USED)
    if row.organisation_id != actor.organisation_id:
        notify(session, Notice.FACTORS_USED, organisation_id=row.organisation_id, list_id=row.id, version=str(version.id))
    return row


def _with_list(row: ReferenceRow, version_id: int, factor_list: FactorList) -> ReferenceRow:
    changes = factor_list.changes.get(row.slug) if row.kind == "material" else None
    facts = row.facts if changes is None else with_figures(row.facts, changes)
    return ReferenceRow(version_id=version_id, kind=row.kind, slug=row.slug, position=row.position, facts=facts)


def _digest(row: FactorList, newest: TaxonomyVersion) -> str:
    """One for each list, however often the same file is loaded."""
    content = json.dumps([newest.digest, row.id, row.changes], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _decide(session: Session, actor: Actor, row: FactorList, state: ListState) -> None:
    row.state, row.decided_at, row.decided_by_id = state, clock.now(), actor.person_id
    audit.record(session, actor, action=f"factor_list.{state}", object_type=LIST, object_id=row.id, version=row.version_id)
    session.flush()


def _hold(session: Session, actor: Actor, list_id: int) -> FactorList:
    """The list, as it is now and as long as this lasts."""
    row = get_factor_list(session, actor, list_id)
    session.refresh(row, with_for_update=True)
    return row


def _closed(row: FactorList) -> Conflict:
    return Conflict(_("This can no longer be done: the list is “%(state)s”.", state=STATE_LABELS[ListState(row.state)]))


def hold_newest(session: Session) -> TaxonomyVersion | None:
    """Hold the version in use until this is done. The next version is made after it and knows it."""
    newest = find_newest_version(session)
    if newest is None:
        return None
    session.refresh(newest, with_for_update=True)
    return find_newest_version(session)
