"""How a lot was driven: with which vehicle, and how far."""

from dataclasses import dataclass
from decimal import Decimal

from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.kernel.units import plain

DRIVEN_KM_MAX = Decimal(2000)


@dataclass(frozen=True, slots=True)
class Drive:
    """What is known of a drive with a load. What is not known is estimated."""

    driven_km: Decimal | None = None
    vehicle_class: str | None = None


def check_drive(vehicle_class: str | None, driven_km: Decimal | None, vehicle_classes: tuple[str, ...]) -> None:
    """A vehicle class that the factors know, and kilometres within the country."""
    if vehicle_class is not None and vehicle_class not in vehicle_classes:
        raise Invalid(_("This vehicle class is not known. Choose one from the list, or leave it empty."), "vehicle_class")
    if driven_km is not None and not 0 <= driven_km <= DRIVEN_KM_MAX:
        raise Invalid(_("Enter the kilometres driven with the load, from 0 to %(most)s.", most=DRIVEN_KM_MAX), "driven_km")


def check_driven(driven_km: Decimal | None, *, straight_km: Decimal, field: str = "driven_km") -> None:
    """Nobody drives less than the straight line."""
    if driven_km is not None and driven_km < straight_km:
        raise Invalid(
            _(
                "You enter %(driven)s km, and in a straight line it is %(straight)s km. Enter what was driven, or leave it empty.",
                driven=driven_km,
                straight=straight_km,
            ),
            field,
            drivenKm=plain(driven_km),
            straightKm=plain(straight_km),
        )
