"""Figures, dates and places as a page writes them.

In the reader's locale, the unit always beside the number.

Everything is exact (Decimal and int); a filter only rounds what it shows. Numbers and their units are joined by a no-break space.
What is not known is said in a word, never as zero or an empty cell.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from marketplace.kernel import clock
from marketplace.kernel.language import _, current_locale, plain_ngettext
from marketplace.kernel.units import Amount, Unit, format_amount, format_number, separators

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"  # as wide as the figures
SCREEN_ZONE = ZoneInfo("Europe/Amsterdam")
KG_PER_TONNE = 1000
NEAR_DAYS = 183
FIGURES_KEPT = 8192  # a page shows the same days again and again, and Babel is slow

Figure = Decimal | int | None


def unknown() -> str:
    """Give the word for an unknown figure."""
    return str(_("unknown"))


def number(value: Figure, places: int | None = None) -> str:
    """Write a number as in `1.234,5`. As many decimals as there are (at most three), or exactly `places`, rounded half up."""
    if value is None:
        return unknown()
    return format_number(value, current_locale()) if places is None else _rounded(value, places, current_locale())


@lru_cache(maxsize=FIGURES_KEPT)
def _rounded(value: Decimal | int, places: int, locale: str) -> str:
    return f"{rounded(value, places):,.{places}f}".translate(separators(locale))


@lru_cache(maxsize=FIGURES_KEPT)
def _day(value: date, pattern: str, locale: str) -> str:
    return format_date(value, format=pattern, locale=locale).replace(" ", NO_BREAK_SPACE)


def rounded(value: Decimal | int, places: int) -> Decimal:
    """Half up, as people round; never minus zero."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0


def quantity(value: object, unit: Unit | str | None = None) -> str:
    """`1.200 m²`, `1 stuk`: a Quantity or Amount as it is, or a bare amount with its unit."""
    if value is None:
        return unknown()
    if isinstance(value, Amount):
        return value.localized(current_locale())
    if unit is None:
        raise TypeError("a bare amount needs a unit")
    return format_amount(Decimal(str(value)), Unit(unit), current_locale())


def mass(mass_kg: Figure) -> str:
    """Kilograms up to one tonne, above it tonnes: `340 kg`, `1,25 ton`, `148 ton`. Fewer decimals as it gets heavier."""
    if mass_kg is None:
        return unknown()
    exact = Decimal(mass_kg)
    if abs(rounded(exact, 0)) < KG_PER_TONNE:
        return f"{number(rounded(exact, 0 if abs(exact) >= 10 else 1).normalize())}{NO_BREAK_SPACE}kg"
    tonnes = exact / KG_PER_TONNE
    places = 2 if abs(tonnes) < 10 else 1 if abs(tonnes) < 1000 else 0
    visible = rounded(tonnes, places)
    word = plain_ngettext("tonne", "tonnes", 1 if abs(visible) == 1 else 2)
    return f"{number(visible)}{NO_BREAK_SPACE}{word}"


def carbon(kgco2e: Figure) -> str:
    """A mass of greenhouse gas: `9,5 ton CO₂e`; more emitted than saved is `−2,35 ton CO₂e`."""
    return unknown() if kgco2e is None else f"{mass(kgco2e)} CO₂e".replace("-", MINUS)


def tonne_km(value: Figure) -> str:
    """Transport work: `1.694 tonkm`."""
    if value is None:
        return unknown()
    word = _("tonne-km")
    return f"{number(value, 1 if abs(Decimal(value)) < 100 else 0)}{NO_BREAK_SPACE}{word}"


def money(cents: int | None) -> str:
    """`€ 1.234,50` from whole cents."""
    if cents is None:
        return unknown()
    return money_exact(Decimal(cents) / 100)


def money_exact(amount: Decimal) -> str:
    """Euros with all their decimals, at least two."""
    gap = NO_BREAK_SPACE if current_locale() == "nl" else ""
    return f"€{gap}{number(amount, max(2, -int(amount.normalize().as_tuple().exponent)))}"


def euros(cents: int | None) -> str:
    """An amount to the cent, also below nought: `€ −3,50`, in English `−€3.50`."""
    if cents is None:
        return unknown()
    written = money(abs(cents))
    if cents >= 0:
        return written
    return written.replace(NO_BREAK_SPACE, f"{NO_BREAK_SPACE}{MINUS}", 1) if current_locale() == "nl" else MINUS + written


def whole_euros(cents: int) -> str:
    """`€ 1.235` from cents, for charts. To the cent it stands beside them."""
    gap = NO_BREAK_SPACE if current_locale() == "nl" else ""
    return f"€{gap}{number(Decimal(cents) / 100, 0)}"


def long_date(value: date | None) -> str:
    """Write `12 januari 2027`; a moment is shown as the day it has in Twente."""
    return unknown() if value is None else _day(_on_screen(value), "d MMMM y", current_locale())


def short_date(value: date | None) -> str:
    """`12 jan. 2027`, for cards and tables."""
    return unknown() if value is None else _day(_on_screen(value), "d MMM y", current_locale())


def near_date(value: date | None) -> str:
    """`ma 12 jan`, for what is some months away; a day that is farther away with its year."""
    if value is None:
        return unknown()
    seen = _on_screen(value)
    day = date(seen.year, seen.month, seen.day)
    pattern = "EEE d MMM" if abs((day - clock.today()).days) <= NEAR_DAYS else "d MMM y"
    return _day(day, pattern, current_locale()).replace(".", "")


def period(first: date, last: date) -> str:
    """Write `11 feb – 13 mei 2027`; the year of the first day only where it is another one."""
    locale = current_locale()
    begins = _day(first, "d MMM" if first.year == last.year else "d MMM y", locale)
    return f"{begins} – {_day(last, 'd MMM y', locale)}"


def month(value: date | str | None) -> str:
    """`januari 2027` from a date or from `2027-01`."""
    if value is None:
        return unknown()
    first = date.fromisoformat(f"{value}-01") if isinstance(value, str) else value
    return _day(_on_screen(first), "MMMM y", current_locale())


def moment(value: datetime | None) -> str:
    """`12 januari 2027 om 14:02` on the clock of Twente."""
    if value is None:
        return unknown()
    local = value.astimezone(SCREEN_ZONE)
    return str(_("%(day)s at %(time)s", day=long_date(local), time=format_time(local, format="HH:mm", locale=current_locale())))


def brief_moment(value: datetime | None) -> str:
    """`do 26 nov, 21:39`, with its year where that is another than this one: in a conversation."""
    if value is None:
        return unknown()
    local = value.astimezone(SCREEN_ZONE)
    form = "EEE d MMM" if local.year == clock.today().year else "EEE d MMM y"
    day = _day(local, form, current_locale()).replace(".", "")
    return f"{day}, {format_time(local, format='HH:mm', locale=current_locale())}"


def iso(value: date | None) -> str:
    """What stands in `<time datetime=…>`: the day, or the moment to the second with its offset."""
    if value is None:
        return ""
    local = _on_screen(value)
    return local.isoformat(timespec="seconds") if isinstance(local, datetime) else local.isoformat()


def km(value: Figure, places: int | None = 1) -> str:
    """Write a distance as in `8,8 km`.

    `km(0)` for the catalogue, which knows whole kilometres only; `km(none)` for what somebody typed.
    """
    return unknown() if value is None else f"{number(value, places)}{NO_BREAK_SPACE}km"


def percent(share: Figure, places: int = 1) -> str:
    """`37,5%` from the share 0.375; `37.5%` in English."""
    return unknown() if share is None else f"{number(Decimal(share) * 100, places)}%"


def _on_screen(value: date) -> date:
    return value.astimezone(SCREEN_ZONE) if isinstance(value, datetime) and value.tzinfo else value
