"""Check an export of the ledger of the Twentse Materialenbank. Needs Python 3.9 or newer, and nothing of the materials bank.

    python3 verify_ledger.py uitwisselingen.csv
    python3 verify_ledger.py uitwisselingen.jsonl --head "212 3f9c…"     the head that a report names
    python3 verify_ledger.py uitwisselingen.csv --part                   the file of one organisation: rows of others are not in it

It does four things, each in a function of its own, in this order:

1. read      the file: CSV in Dutch (; and a decimal comma) or English notation, or JSON lines;
2. chained   the chain: each row is written as canonical JSON and hashed over the hash of the row before it, so that a row that was changed,
             taken out, put in or moved is found. What was cut off at the end is found beside a head that was kept elsewhere (--head);
3. computed  the arithmetic: mass, tonne-kilometres and carbon of each row once more, from the quantities and factors in that row;
4. added     the totals: by year, receiver, giver and group of material, for setting beside the pages and the reports.

It ends with status 1 at the first thing that does not fit, and names the row.
"""

import argparse
import csv
import hashlib
import json
import sys
from collections import defaultdict
from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

# What a row of each version says. Rows keep the version in which they were booked.
VERSION_1 = """
    kind reservation_id listing_id demand_id from_slug from_name from_kind to_slug to_name to_kind material_slug group_slug
    quantity unit kg_per_unit kg_basis mass_kg distance_km distance_basis road_km road_basis tonne_km vehicle_class vehicle_basis
    vehicle_factor carbon_factor transport_kgco2e avoided_kgco2e net_kgco2e factor_version price_cents happened_on reverses
""".split()
VERSION_2 = [*VERSION_1, *"row_version replaces_purchase processing_factor processing_kgco2e origin period".split()]
VERSION_3 = [*VERSION_2, *"carbon_confidence carbon_low carbon_high avoided_low_kgco2e avoided_high_kgco2e".split()]
VERSION_3 += "through purchase_cents saved_cents is_bulk".split()
VERSION_4 = [*VERSION_3, *"lot_id cause recall_id".split()]
FIELDS = {"1": VERSION_1, "2": VERSION_2, "3": VERSION_3, "4": VERSION_4}
NO_ENDS = (None, "1", "2")  # the versions that say no low and no high end
DECIMALS = """
    quantity kg_per_unit mass_kg distance_km road_km tonne_km vehicle_factor carbon_factor transport_kgco2e avoided_kgco2e net_kgco2e
    processing_factor processing_kgco2e carbon_low carbon_high avoided_low_kgco2e avoided_high_kgco2e
""".split()
ENDS = ("avoided_low_kgco2e", "avoided_high_kgco2e")
FIRST = "0" * 64  # what the first row holds on to
SHOWN = ("exchanges", "kg", "tonne-km", "avoided", "transport", "processing", "net", "kg without factor")


class Wrong(Exception):
    """Something does not fit."""


# 1. The file ---------------------------------------------------------------------------------------------------------------------------


def read(path):
    """Each row as a dictionary of canonical texts: numbers without needless zeros, None where nothing stands."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        if first.startswith("{"):
            for line in file:
                yield json.loads(line, object_pairs_hook=once)
            return
        comma = ";" in first
        lines = csv.DictReader(file, delimiter=";" if comma else ",")
        if first and "seq" not in (lines.fieldnames or ()):
            raise Wrong("the first line is not the header of an export: no column is called seq")
        for line in lines:
            yield {name: text_of(name, cell, comma) for name, cell in line.items()}


def once(pairs):
    """A row, each of whose names stands in it once."""
    row = {snake(name): value for name, value in pairs}
    if len(row) != len(pairs):
        raise Wrong(f"row {row.get('seq')}: says something twice")
    return row


def text_of(name, cell, comma):
    """A cell as it was hashed."""
    if not cell:
        return None
    if name in DECIMALS:
        return plain(Decimal(cell.replace(",", ".") if comma else cell))
    if name == "booked_at":
        return datetime.fromisoformat(cell).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    quoted = cell.startswith("'") and cell.lstrip("'").lstrip()[:1] in tuple(
        "=+-@|＝＋－＠｜"
    )  # kept from running in a spreadsheet
    return cell[1:] if quoted else cell


def plain(number):
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) if number else "0"


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name.replace("KgCo2e", "_kgco2e"))


def camel(name):
    first, *rest = name.split("_")
    return first + "".join("KgCo2e" if part == "kgco2e" else part.capitalize() for part in rest)


# 2. The chain --------------------------------------------------------------------------------------------------------------------------


def chained(rows, head, is_part):
    """The same rows, as long as each holds on to the one before."""
    seq, previous, kept = 0, FIRST, None
    for row in rows:
        number = int(row["seq"])
        if number <= seq:
            raise Wrong(f"row {number}: stands out of order or twice")
        if number > seq + 1 and not is_part:
            raise Wrong(f"row {seq + 1}: is missing")
        if number == seq + 1 and row["previous_hash"] != previous:
            raise Wrong(f"row {number}: does not hold on to the row before it")
        guarded = FIELDS[row.get("row_version") or "1"]
        for name in row.keys() - {*guarded, "seq", "booked_at", "previous_hash", "hash", "row_version"}:
            if row[name] is not None and (name, row[name]) != ("period", row["happened_on"][:7]):
                raise Wrong(f"row {number}: {name} has a value that no hash guards")
        said = {camel(name): row[name] for name in guarded}
        said.update(seq=row["seq"], bookedAt=row["booked_at"])
        canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(f"{row['previous_hash']}\n{canonical}".encode()).hexdigest()
        if digest != row["hash"]:
            raise Wrong(f"row {number}: is not what was hashed")
        seq, previous = number, digest
        kept = kept or (head is not None and head == f"{number} {digest}")
        yield row
    if head is not None and not kept:
        raise Wrong(f"head {head}: is not in the file: it was cut short, or is another ledger")
    print(f"The chain holds up to row {seq}, head {seq} {previous}")


# 3. The arithmetic ---------------------------------------------------------------------------------------------------------------------


def computed(rows):
    """The same rows, as long as the figures of each follow from what stands in it."""
    earlier = {}  # of each transfer: the row, and how much of it came back so far
    for row in rows:
        if row["kind"] == "reversal":
            expected = of_reversal(row, earlier)
        else:
            expected = of_movement(row)
            earlier[row["seq"]] = [row, Decimal(0)]
        for name, figure in expected.items():
            if of(row, name) != figure:
                raise Wrong(f"row {row['seq']}: {name} is {row.get(name)}, and should be {figure}")
        yield row


def of_movement(row):
    """A transfer, or a haul: kilometres without tonnes, the way back of what was returned or a leg to or from a depot."""
    carried = rounded(of(row, "quantity") * of(row, "kg_per_unit"))
    transport = rounded(carried / 1000 * of(row, "road_km") * of(row, "vehicle_factor"))
    is_haul = row["kind"] == "haul"
    avoided = Decimal(0) if is_haul else times(carried, of(row, "carbon_factor"))
    processing = Decimal(0) if is_haul else times(carried, of(row, "processing_factor"))
    figures = {
        "mass_kg": Decimal(0) if is_haul else carried,
        "tonne_km": rounded(carried / 1000 * of(row, "road_km")),
        "transport_kgco2e": transport,
        "avoided_kgco2e": avoided,
        "processing_kgco2e": processing,
        "net_kgco2e": None if avoided is None else avoided - transport - (processing or 0),
    }
    if row.get("row_version") not in NO_ENDS:
        ends = [times(Decimal(0) if is_haul else carried, of(row, name)) for name in ("carbon_low", "carbon_high")]
        saved = None if row["purchase_cents"] is None else of(row, "purchase_cents") - of(row, "price_cents")
        figures.update(zip(ENDS, ends), saved_cents=saved)
    if row["road_basis"] == "estimated":
        figures["road_km"] = rounded(of(row, "distance_km") * Decimal("1.3"))
    return figures


def of_reversal(row, earlier):
    """What takes back a part of a transfer: so that all parts together are exactly what was booked.

    After a return the road that was driven stays driven; of what never happened the road is taken back too.
    """
    if row["reverses"] not in earlier:
        return {}  # in a part of the ledger the transfer may be missing
    transfer, before = earlier[row["reverses"]]
    after = before - of(row, "quantity")
    earlier[row["reverses"]][1] = after
    whole = of(transfer, "quantity")
    if after > whole:
        raise Wrong(f"row {row['seq']}: takes back more than row {row['reverses']} booked")

    def part(name):
        booked = of(transfer, name)
        return None if booked is None else rounded(booked * before / whole) - rounded(booked * after / whole)

    avoided, processing = part("avoided_kgco2e"), part("processing_kgco2e")
    is_returned = of(row, "tonne_km") == 0
    transport = Decimal(0) if is_returned else part("transport_kgco2e")
    figures = {} if transfer.get("row_version") in NO_ENDS else {name: part(name) for name in ENDS}
    return {
        **figures,
        "mass_kg": part("mass_kg"),
        "tonne_km": Decimal(0) if is_returned else part("tonne_km"),
        "transport_kgco2e": transport,
        "avoided_kgco2e": avoided,
        "processing_kgco2e": processing,
        "net_kgco2e": None if avoided is None else avoided - transport - (processing or 0),
    }


def of(row, name):
    return None if row.get(name) is None else Decimal(row[name])


def times(mass, factor):
    return None if factor is None else rounded(mass * factor)


def rounded(number):
    """To a thousandth, half away from zero."""
    return number.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)


# 4. The totals -------------------------------------------------------------------------------------------------------------------------


def added(rows):
    """The sums, by every way in which the pages and the reports show them. A row counts in its period, else in the month it happened."""
    totals = defaultdict(lambda: [Decimal(0)] * len(SHOWN))
    for row in rows:
        year = (row.get("period") or row["happened_on"])[:4]
        avoided, processing = of(row, "avoided_kgco2e") or 0, of(row, "processing_kgco2e") or 0
        transport, mass = of(row, "transport_kgco2e"), of(row, "mass_kg")
        figures = (
            Decimal(row["kind"] == "transfer"), mass, of(row, "tonne_km"), avoided, transport, processing, avoided - transport - processing,
            mass if row["carbon_factor"] is None else Decimal(0),
        )  # fmt: skip
        keys = (("all", ""), ("receiver", row["to_slug"]), ("giver", row["from_slug"]), ("group", row["group_slug"]))
        for when in ("all years", year):
            for key in keys:
                totals[(when, *key)] = [so_far + figure for so_far, figure in zip(totals[(when, *key)], figures)]
    return totals


def main():
    parser = argparse.ArgumentParser(description="Check an export of the ledger, CSV or JSON lines.")
    parser.add_argument("file")
    parser.add_argument("--head", help='number and hash that a report or `ledger head` names: "212 3f9c…"')
    parser.add_argument("--part", action="store_true", help="the file of one organisation: rows of others are not in it")
    asked = parser.parse_args()
    try:
        totals = added(computed(chained(read(asked.file), asked.head, asked.part)))
    except Wrong as wrong:
        sys.exit(str(wrong))
    except (OSError, KeyError, ValueError, ArithmeticError, TypeError, AttributeError, csv.Error) as unread:
        sys.exit(f"The file cannot be read as a ledger: {unread!r}")
    print("\t".join(("year", "by", "of", *SHOWN)))
    for key, figures in sorted(
        totals.items(), key=lambda item: (item[0][0] != "all years", item[0][0], item[0][1] != "all", item[0])
    ):
        print("\t".join((*key, *(plain(figure) for figure in figures))))


if __name__ == "__main__":
    main()
