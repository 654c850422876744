"""What an organisation agreed about the turns of its lots."""

from sqlalchemy.orm import Session

from marketplace.market.models import WindowDefault
from marketplace.market.rules.windows import WindowDefaults, read_circle


def get_window_defaults(session: Session, organisation_id: int | None) -> WindowDefaults:
    """Get what an organisation agreed about the turns of its lots. What counts for everybody where it agreed nothing."""
    agreed = session.get(WindowDefault, organisation_id) if organisation_id is not None else None
    if agreed is None:
        return WindowDefaults()
    circle = read_circle(agreed.circle) or ()
    return WindowDefaults(circle, agreed.circle_days, agreed.region_days, agreed.partners_days, agreed.reason)
