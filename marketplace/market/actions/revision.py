"""Moving the counter of the catalogue. The home page also shows figures and goals, so those move it too."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from marketplace.market.models import CatalogueRevision


def bump_catalogue(session: Session) -> None:
    """Raise the catalogue's revision because it shows something else now.

    The last write of a verb, since every writer waits here.
    """
    session.flush()
    session.execute(
        update(CatalogueRevision).values(number=CatalogueRevision.number + 1).execution_options(synchronize_session=False)
    )
