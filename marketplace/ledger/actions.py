"""Adding to the book. There is no verb that changes or removes a row, and triggers refuse raw SQL that tries."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from marketplace.kernel import clock
from marketplace.kernel.db import insert_or
from marketplace.ledger.models import Exchange, LedgerHead, MonthMaterial, MonthPair
from marketplace.ledger.queries import HEAD_LOGGED, SUMS, count_exchanges, get_head, grouped, list_months
from marketplace.ledger.rules import ENTRY_FIELDS, NEWEST_VERSION, Entry, ReplacesPurchase, RowKind, canonical, chained
from marketplace.notices.actions import audit


def append(session: Session, entry: Entry) -> Exchange:
    """Add one row after the last, and count it in both roll-ups.

    Under the lock of the head row. The row is of the newest version. It counts in its `period`; without one in the month in which it happened.
    """
    entry = replace(entry, row_version=NEWEST_VERSION, period=entry.month)
    seq, previous = session.execute(
        update(LedgerHead)
        .values(seq=LedgerHead.seq + 1)
        .returning(LedgerHead.seq, LedgerHead.hash)
        .execution_options(synchronize_session=False)
    ).one()
    booked_at = clock.now()
    text = canonical(entry, seq=seq, booked_at=booked_at)
    row = Exchange(
        **{name: getattr(entry, name) for name in ENTRY_FIELDS},
        seq=seq,
        booked_at=booked_at,
        previous_hash=previous,
        canonical=text,
        hash=chained(previous, text),
    )
    session.add(row)
    session.flush()
    session.execute(update(LedgerHead).values(hash=row.hash).execution_options(synchronize_session=False))
    sums = _sums(entry)
    _add(
        session,
        MonthMaterial,
        {"month": entry.month, "material_slug": entry.material_slug},
        {"group_slug": entry.group_slug},
        sums,
    )
    _add(session, MonthPair, {"month": entry.month, "from_slug": entry.from_slug, "to_slug": entry.to_slug}, {}, sums)
    return row


def _sums(entry: Entry) -> dict[str, Any]:
    return {
        "exchanges": 1 if entry.kind == RowKind.TRANSFER else 0,
        "mass_kg": entry.mass_kg,
        "tonne_km": entry.tonne_km,
        "avoided_kgco2e": entry.avoided_kgco2e or 0,
        "transport_kgco2e": entry.transport_kgco2e,
        "unknown_factor_mass_kg": entry.mass_kg if entry.carbon_factor is None else 0,
        "processing_kgco2e": entry.processing_kgco2e or 0,
        "unknown_processing_mass_kg": entry.mass_kg if entry.processing_factor is None else 0,
        "late_mass_kg": entry.mass_kg if entry.is_booked_late else 0,
        "late_rows": 1 if entry.is_booked_late else 0,
        "moved_mass_kg": entry.mass_kg if entry.kind == RowKind.TRANSFER else 0,
        "avoided_replacing_kgco2e": _avoided_if(entry, ReplacesPurchase.YES),
        "avoided_not_replacing_kgco2e": _avoided_if(entry, ReplacesPurchase.NO),
    }


def _avoided_if(entry: Entry, answer: ReplacesPurchase) -> Decimal:
    return entry.avoided_kgco2e or Decimal(0) if entry.replaces_purchase == answer else Decimal(0)


def _add(
    session: Session,
    table: type[MonthMaterial] | type[MonthPair],
    key: dict[str, str],
    more: dict[str, str],
    sums: dict[str, Any],
) -> None:
    statement = insert_or(session, table).values(**key, **more, **sums)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(key), set_={name: getattr(table, name) + getattr(statement.excluded, name) for name in SUMS}
        )
    )


def log_head(session: Session, doer: audit.Doer) -> tuple[int, str]:
    """Write the last row's number and hash to the audit, and return them.

    A ledger that becomes shorter is found out by it.
    """
    seq, digest = get_head(session)
    audit.record(session, doer, action=HEAD_LOGGED, object_type="ledger", object_id=seq, hash=digest)
    return seq, digest


def rebuild_rollups(session: Session) -> int:
    """Count the whole book again into both roll-ups; how many rows it has. Figures do not change unless they were wrong."""
    return sum(rebuild_month(session, month=month) for month in list_months(session))


def rebuild_month(session: Session, *, month: str) -> int:
    """Count one month of the book again into both roll-ups; how many rows it has."""
    session.execute(
        update(LedgerHead).values(seq=LedgerHead.seq).execution_options(synchronize_session=False)
    )  # nobody adds meanwhile
    for table, keys in ((MonthMaterial, ("material_slug", "group_slug")), (MonthPair, ("from_slug", "to_slug"))):
        session.execute(delete(table).where(table.month == month).execution_options(synchronize_session=False))
        for row in session.execute(grouped(keys, month=month)).mappings().all():
            session.execute(insert(table).values(**row))
    return count_exchanges(session, month=month)
