"""Verbs of the taxonomy: a newer file becomes a new version."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.files import SHIPPED
from marketplace.kernel.language import _
from marketplace.materials.models import MaterialRow, ReferenceRow, TaxonomyVersion
from marketplace.materials.queries import find_newest_version, find_version
from marketplace.materials.rules.cells import Reference
from marketplace.materials.rules.files import read_files, read_reference
from marketplace.notices.actions import audit


@dataclass(frozen=True, slots=True)
class Synced:
    """The result of `sync`. The version in use, whether it is new, and how many materials it has and leaves out."""

    version: int
    is_new: bool
    materials: int = 0
    left_out: int = 0


def sync(session: Session, actor: Actor, *, source: Path = SHIPPED) -> Synced:
    """Load the reference files of a folder (or one of them) as a new version. The files in use once more: nothing happens.

    Refused: files with a cell that does not fit, and files that were a version before the one in use: that version stays what it was.
    """
    if not actor.is_system:
        require(actor, Can.MANAGE_TAXONOMY)
    files = read_files(source)
    newest, same = find_newest_version(session), find_version(session, files.digest)
    if newest is not None and same is not None:
        if same.id == newest.id:
            return Synced(newest.id, is_new=False)
        raise Conflict(
            _(
                "These files were version %(version)s, and a later version replaced it. Change the file before loading it.",
                version=same.id,
            )
        )
    references = read_reference(files)
    version = TaxonomyVersion(digest=files.digest, loaded_at=clock.now())
    session.add(version)
    session.flush()
    left_out = _keep_identities(session, [row.slug for row in references if row.kind == "material"])
    session.add_all(_row(version.id, position, reference) for position, reference in enumerate(references))
    session.flush()
    audit.record(
        session, actor, action="taxonomy.sync", object_type="taxonomy_version", object_id=version.id, digest=files.digest
    )
    return Synced(version.id, is_new=True, materials=sum(row.kind == "material" for row in references), left_out=left_out)


def _keep_identities(session: Session, slugs: list[str]) -> int:
    """New materials get an id; known ones keep theirs. Answers how many known materials the new version leaves out."""
    existing = set(session.scalars(select(MaterialRow.slug)))
    session.add_all(MaterialRow(slug=slug) for slug in slugs if slug not in existing)
    return len(existing - set(slugs))


def _row(version_id: int, position: int, reference: Reference) -> ReferenceRow:
    return ReferenceRow(version_id=version_id, kind=reference.kind, slug=reference.slug, position=position, facts=reference.facts)
