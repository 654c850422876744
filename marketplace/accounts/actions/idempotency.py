"""Keys of writes that may be sent twice: claimed once, the first answer stored."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from marketplace.accounts.models import IdempotencyKey
from marketplace.accounts.rules.accounts import IDEMPOTENCY_LIFETIME
from marketplace.kernel import clock
from marketplace.kernel.db import insert_or


def claim_key(session: Session, *, person_id: int, key: str, fingerprint: str) -> IdempotencyKey | None:
    """Claim a key for this write. None when the claim succeeds, else the row of the write that had the key first."""
    now = clock.now()
    mine = (IdempotencyKey.person_id == person_id) & (IdempotencyKey.key == key)
    session.execute(delete(IdempotencyKey).where(mine, IdempotencyKey.created_at < now - IDEMPOTENCY_LIFETIME))
    statement = insert_or(session, IdempotencyKey).values(person_id=person_id, key=key, fingerprint=fingerprint, created_at=now)
    if session.scalar(statement.on_conflict_do_nothing().returning(IdempotencyKey.id)) is not None:
        return None
    return session.scalars(select(IdempotencyKey).where(mine)).one()


def store_answer(
    session: Session, *, person_id: int, key: str, status: int, content_type: str | None, location: str | None, body: bytes
) -> None:
    """Keep the answer that a claimed key got."""
    session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.person_id == person_id, IdempotencyKey.key == key)
        .values(status=status, content_type=content_type, location=location, body=body)
    )


def forget_keys(session: Session) -> int:
    """Drop keys older than 24 hours; how many."""
    outcome = session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - IDEMPOTENCY_LIFETIME))
    return int(getattr(outcome, "rowcount", 0))
