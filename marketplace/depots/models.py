"""Storage places."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import Base


class Depot(Base):
    """A named storage place of a municipality or of the region. The distance of a lot that lies here is the depot's."""

    __tablename__ = "depot"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    place_name: Mapped[str] = mapped_column(String(120))
    municipality: Mapped[str] = mapped_column(String(60), comment="slug of the municipality it lies in; empty outside the region")
    address: Mapped[str | None] = mapped_column(String(200), comment="shown as an exact place is shown")
    place_basis: Mapped[str] = mapped_column(String(10))
    lat: Mapped[float]
    lon: Mapped[float]
    is_active: Mapped[bool] = mapped_column(default=True)

    organisation: Mapped[Organisation] = relationship(lazy="raise_on_sql")
