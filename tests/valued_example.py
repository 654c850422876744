"""Two years of what a municipality owns, and the statement of both years worked out by hand.

It shares no code with the product. What happened is typed here; how a value follows from it is written in docs/domain.md ("What material
is worth") and in decision 231: the price of what came in is that of the closing, the price of what left or was lost that of the opening,
what is left of a cent goes where most happened. `tests/api/test_valued_example.py` plays the same events over HTTP and compares.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

FIRST, SECOND = date(2024, 12, 20), date(2025, 12, 19)
PRICES: dict[str, tuple[str, tuple[str, str], tuple[str, str]]] = {  # unit; low and high in euro of the first year, of the second
    "betonstraatsteen-kei-8cm": ("m2", ("4.00", "6.55"), ("4.35", "7.11")),
    "trottoirband-13-15x25": ("m", ("3.10", "6.45"), ("2.95", "6.05")),
    "ophoogzand": ("m3", ("1.05", "2.00"), ("1.05", "2.00")),
    "stalen-balk-heb200": ("m", ("22.00", "38.35"), ("25.50", "41.00")),
}
APPRAISED = ("hardhouten-balk", "m")  # has no price: worth what somebody appraised, or nothing that is known
NAMES = ("opening", "new", "price", "counted", "known", "released", "lost", "closing")


@dataclass(frozen=True)
class Happened:
    """What became of a part on a day. `amount` is what came or went; of what was counted what is there then."""

    on: date
    kind: str
    amount: Decimal


@dataclass(frozen=True)
class Appraised:
    """What somebody said that so much of a part is worth, in cents."""

    on: date
    cents: int
    amount: Decimal


@dataclass
class Part:
    """A part, from the day that it was put in."""

    asset: str
    kind: str
    material: str
    unit: str
    put_in: Happened
    later: list[Happened] = field(default_factory=list)
    appraised: list[Appraised] = field(default_factory=list)


def thousandths(chance: Random, least: int, most: int) -> Decimal:
    return Decimal(chance.randint(least * 1000, most * 1000)) / 1000


def parts(seed: int = 13) -> list[Part]:
    """Streets of two years, six bridges of which some are taken out as a whole, and beams that are appraised once, twice or never."""
    chance, made = Random(seed), []
    for number in range(24):
        is_late = number % 3 == 2
        day = date(2024, 3, 1) + timedelta(days=chance.randint(0, 200) + (365 if is_late else 0))
        material = chance.choice([name for name in PRICES if name != "stalen-balk-heb200"])
        amount = thousandths(chance, 20, 900)
        part = Part(f"Straat {number // 2}", "road", material, PRICES[material][0], Happened(day, "put_in", amount))
        part.later = list(_changes(chance, day, amount, number))
        made.append(part)
    for number in range(6):
        day = date(2024, 2, 1) + timedelta(days=40 * number)
        amount = thousandths(chance, 10, 60)
        bridge = Part(f"Brug {number}", "bridge", "stalen-balk-heb200", "m", Happened(day, "put_in", amount))
        if number % 2:
            bridge.later = [Happened(date(2025, 5, 1) + timedelta(days=number), "taken_out", amount)]
        made.append(bridge)
    for number in range(6):
        day, amount = date(2024, 4, 1) + timedelta(days=number), thousandths(chance, 10, 80)
        beams = Part(f"Kade {number}", "quay", APPRAISED[0], APPRAISED[1], Happened(day, "put_in", amount))
        if number in (1, 2, 3):
            beams.appraised.append(Appraised(date(2024, 6, 3), chance.randint(10_000, 90_000), thousandths(chance, 5, 9)))
        if number in (3, 4):
            beams.appraised.append(Appraised(date(2025, 6, 3), chance.randint(10_000, 90_000), thousandths(chance, 5, 9)))
        if number == 2:
            beams.later = [Happened(date(2025, 7, 1), "lost", amount)]
        made.append(beams)
    return made


def _changes(chance: Random, first: date, amount: Decimal, number: int) -> Iterator[Happened]:
    """Of every other street something in the second year, in order of time."""
    day = max(first, date(2025, 1, 10)) + timedelta(days=chance.randint(1, 60))
    if number % 2 or day > SECOND:
        return
    left = amount
    for kind in chance.sample(("taken_out", "lost", "counted", "put_in"), 2):
        day += timedelta(days=chance.randint(1, 30))
        if kind == "counted":
            quantity = left + thousandths(chance, 1, 9) * chance.choice((1, -1))
            yield Happened(day, kind, quantity)
            left = quantity
        elif kind == "put_in":
            more = thousandths(chance, 1, 40)
            yield Happened(day, kind, more)
            left += more
        else:
            gone = (left * chance.randint(1, 30) / 100).quantize(Decimal("0.001"))
            yield Happened(day, kind, gone)
            left -= gone


def rounded(amount: Fraction) -> int:
    """To the cent, a half away from nought."""
    whole = (abs(amount) + Fraction(1, 2)).__floor__()
    return whole if amount >= 0 else -whole


def there(part: Part, day: date) -> tuple[Fraction, dict[str, Fraction]]:
    """How much of a part there is at the end of a day, and what came and went by then, by kind."""
    amount, sums = Fraction(0), dict.fromkeys(("put_in", "taken_out", "lost", "counted"), Fraction(0))
    for event in (part.put_in, *part.later):
        if event.on > day:
            continue
        quantity = Fraction(event.amount)
        if event.kind == "counted":
            sums["counted"] += quantity - amount
            amount = quantity
        else:
            sums[event.kind] += quantity
            amount += quantity if event.kind == "put_in" else -quantity
    return amount, sums


def worth(part: Part, day: date, year: int) -> int | None:
    """What there is of a part is worth at the end of a day, in cents; None: nobody knows."""
    amount, _sums = there(part, day)
    if not amount:
        return None
    if part.material in PRICES:
        low, high = PRICES[part.material][1 + year]
        return rounded(amount * (Fraction(low) + Fraction(high)) / 2 * 100)
    appraisals = [appraisal for appraisal in part.appraised if appraisal.on <= day]
    return rounded(Fraction(appraisals[-1].cents) * amount / Fraction(appraisals[-1].amount)) if appraisals else None


def moved(part: Part) -> dict[str, int]:
    """The second year of one part, in cents."""
    (before, earlier), (now, later) = there(part, FIRST), there(part, SECOND)
    was, becomes = worth(part, FIRST, 0), worth(part, SECOND, 1)
    since = {kind: later[kind] - earlier[kind] for kind in later}
    opening_price = Fraction(was) / before if was is not None else None
    closing_price = Fraction(becomes) / now if becomes is not None else None
    coming = closing_price if now else opening_price
    going = opening_price if before else closing_price

    def cents(amount: Fraction, price: Fraction | None) -> int:
        return 0 if price is None else rounded(amount * price)

    movement = {
        "opening": was or 0,
        "new": cents(since["put_in"], coming),
        "price": 0,
        "counted": cents(since["counted"], going),
        "known": 0,
        "released": cents(since["taken_out"], going),
        "lost": cents(since["lost"], going),
        "closing": becomes or 0,
    }
    left = movement["closing"] - (
        movement["opening"] + movement["new"] + movement["counted"] - movement["released"] - movement["lost"]
    )
    if not before and now:
        movement["new"] += left
    elif not now:
        movement["lost" if since["lost"] > since["taken_out"] else "released"] -= left
    else:
        movement["known" if was is None or becomes is None else "price"] += left
    return movement


def statement(all_parts: Sequence[Part]) -> dict[str, int]:
    """The statement of the second year: the sum of what became of each part that was there at either end."""
    each = [moved(part) for part in all_parts if there(part, FIRST)[0] or there(part, SECOND)[0]]
    return {name: sum(movement[name] for movement in each) for name in NAMES}


def first_closing(all_parts: Sequence[Part]) -> int:
    """What all was worth at the end of the first year, when everything was new."""
    return sum(worth(part, FIRST, 0) or 0 for part in all_parts)
