"""Moving the counter of the catalogue. The home page also shows figures and goals, so those move it too."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.market.models import CatalogueRevision

_counter = CatalogueRevision.__table__
_BUMP = update(_counter).values(number=_counter.c.number + 1)  # type: ignore[arg-type]


def bump_catalogue(session: Session) -> None:
    """Raise the catalogue's revision because it shows something else now.

    The last write of a verb, since every writer waits here.
    """
    session.flush()
    session.execute(_BUMP)
