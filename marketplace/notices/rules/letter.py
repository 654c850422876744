"""What a letter about one kind of notice is made of."""

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date, format_time

from marketplace.kernel import clock
from marketplace.kernel.formats import money
from marketplace.kernel.language import Text, _
from marketplace.kernel.units import Unit

OPEN = _("Open the reservation")
REASON = _("The reason: %(reason)s")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and a time, written as the reader does: `12 januari 2027 om 14:02`."""

    at: datetime

    def localized(self, locale: str) -> str:
        local = clock.local(self.at)
        day, time = format_date(local, format="d MMMM y", locale=locale), format_time(local, format="HH:mm", locale=locale)
        return str(_("%(day)s at %(time)s", day=day, time=time))


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs, written as the reader does: `€ 2,50 per m²`, or free of charge."""

    cents: int | None
    unit: Unit

    def localized(self, locale: str) -> str:
        if not self.cents:
            return str(_("free of charge"))
        return str(_("%(price)s per %(unit)s", price=money(self.cents), unit=self.unit.one))


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be done with one click in a mail. The word that a door knows it by, and the fact that holds the id."""

    word: str
    about: str
    label: Text


@dataclass(frozen=True, slots=True)
class Wording:
    """One kind. `links`: what it is about (`reservation`, `talk`, `listing`, `demand`, `search`, `material_use`, `report`, `password` or `secret`)
    and the words of the link. `before` and `after` stand around the link of a letter; `points` names a fact that is a list."""

    label: Text
    line: Text
    before: tuple[Text, ...] = ()
    links: tuple[tuple[str, Text], ...] = (("reservation", OPEN),)
    buttons: tuple[Button, ...] = ()
    points: str = ""
    after: tuple[Text, ...] = ()
    many: Text | None = None
