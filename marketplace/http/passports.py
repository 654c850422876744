"""What page and paper of a passport say alike, and the paper as a file."""

from collections.abc import Iterable
from dataclasses import replace

from flask import Response, make_response

from marketplace.accounts.policy import Actor, Can, require
from marketplace.http.request import site_address
from marketplace.http.valuations import source_words, worth_facts
from marketplace.http.written import Written
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.formats import euros, long_date, mass, near_date, number, quantity
from marketplace.kernel.language import Text, _, ngettext
from marketplace.kernel.units import Amount
from marketplace.market.rules.listing import CERTAINTY_HINTS, CONDITION_LABELS, Answer, Certainty, Condition
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.passports.models import Asset, AssetItem, ItemChange
from marketplace.passports.queries.assets import get_asset, list_changes, list_items
from marketplace.passports.rules.assets import AssetKind
from marketplace.passports.rules.items import ChangeKind, Detachability, KnownBy
from marketplace.passports.rules.layers import Lying, find_layers
from marketplace.sheets.pages import MEDIA_TYPE
from marketplace.sheets.passport import Band, Line, Part, Passport, Worth, passport_pdf
from marketplace.sheets.typesetting import qr_code
from marketplace.valuations.queries.runs import last_lines
from marketplace.valuations.rules.method import SHADOW

PAGE = "/paspoorten/{}"
ANSWERS: dict[Answer, Text] = {Answer.YES: _("yes"), Answer.NO: _("no"), Answer.UNKNOWN: _("unknown")}


def passport_answer(session: Session, actor: Actor, asset_id: int, *, with_worth: bool = False) -> Response:
    """The passport as a PDF to look at, as it is now. Kept by nobody on the way: it changes with every part.

    `with_worth`: with what it is worth, missing for whoever may not read that. A passport is passed on; what it is worth is not.
    """
    asset = get_asset(session, actor, asset_id)
    passport = passport_of(session, asset)
    if with_worth:
        require(actor, Can.READ_VALUE, asset, hidden=True)
        passport = replace(passport, worth=worth_of(session, asset))
    answer = make_response(passport_pdf(passport, qr_code(passport.address), clock.today()))
    answer.headers["Content-Type"] = MEDIA_TYPE
    answer.headers["Content-Disposition"] = f'inline; filename="paspoort-{asset_id}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def passport_of(session: Session, asset: Asset) -> Passport:
    """All that is told of an asset, whoever reads it."""
    taxonomy, items = get_taxonomy(session), list_items(session, asset)
    by_id = {item.id: item for item in items}
    there = [item for item in items if item.quantity > 0]
    return Passport(
        name=Written(asset.name),
        kind=AssetKind(asset.kind).label,
        place=Written(asset.place_name),
        owner=asset.organisation.name,
        mass=mass(sum(item.mass_kg for item in there)) if there else "",
        facts=facts_of(asset),
        coming=coming_words(asset),
        nen=nen_words(asset),
        bands=tuple(bands_of(items, taxonomy)),
        parts=tuple(part_of(item, taxonomy) for item in items),
        lines=tuple(line_of(change, by_id[change.item_id], taxonomy) for change in list_changes(session, asset.id)),
        address=f"{site_address()}{PAGE.format(asset.id)}",
    )


def worth_of(session: Session, asset: Asset) -> Worth | None:
    """What an asset is worth by the newest valuation, for its paper. None: it was never valued."""
    run, lines = last_lines(session, asset)
    if run is None:
        return None
    taxonomy, present = get_taxonomy(session), [entry for entry in lines if entry.line.quantity > 0]
    rows = []
    for entry in present:
        words, line = source_words(entry), entry.line
        source = "; ".join(str(part) for part in (words.basis, words.written, words.also) if part)
        worth = _("no value") if line.value_cents is None else euros(line.value_cents)
        name = taxonomy.material_by_id(entry.item.material_id).name
        part = f"{name}, {entry.item.element}" if entry.item.element else name
        method = _("%(method)s: %(source)s", method=words.method, source=source) if source else words.method
        rows.append((part, quantity(line.quantity, entry.item.unit), method, worth, euros(line.net_cents)))
    return Worth(long_date(run.as_of), tuple(worth_facts(present)), tuple(rows), SHADOW)


def facts_of(asset: Asset) -> tuple[tuple[Text, Text | str | None], ...]:
    """What its owner says of it; None where nothing was said."""
    known_as = f"{asset.external_id} ({asset.external_system})" if asset.external_system else asset.external_id
    return (
        (_("Owner"), asset.organisation.name),
        (_("Maintained by"), None if asset.maintainer_id == asset.organisation_id else asset.maintainer.name),
        (_("Place"), Written(asset.place_name) if asset.place_name else None),
        (_("Drawn as"), shape_words(asset)),
        (_("Built in"), str(asset.built_year) if asset.built_year else None),
        (_("Number in the asset system"), Written(known_as) if known_as else None),
        (_("In the bank since"), long_date(asset.created_at)),
    )


def shape_words(asset: Asset) -> Text | None:
    """What its owner drew beside a point."""
    kind = str((asset.shape or {}).get("type", ""))
    return _("an area") if kind.endswith("Polygon") else _("a line") if kind.endswith("LineString") else None


def coming_words(asset: Asset) -> Text | None:
    """Between which days it comes free, and how sure that is; None where nothing is planned."""
    if asset.release_earliest is None or asset.release_latest is None or asset.certainty is None:
        return None
    return _(
        "Between %(first)s and %(last)s; %(certainty)s.",
        first=long_date(asset.release_earliest),
        last=long_date(asset.release_latest),
        certainty=CERTAINTY_HINTS[Certainty(asset.certainty)],
    )


def nen_words(asset: Asset) -> Text | None:
    """The score of an inspection, on the scale that it belongs to."""
    if asset.nen_2767 is None:
        return None
    return _("%(score)s on a scale from 1 (excellent) to 6 (very poor)", score=str(asset.nen_2767))


def bands_of(items: Iterable[AssetItem], taxonomy: Taxonomy) -> list[Band]:
    """The layers from the top down, as they are drawn."""
    there = {item.number: item for item in items if item.layer is not None}
    lying = [Lying(item.number, item.layer or 0, item.quantity, item.unit_of, item.mass_kg) for item in there.values()]
    bands = []
    for layer in find_layers(lying):
        held = [there[numbered] for numbered in layer.numbers]
        most = max(held, key=lambda item: item.mass_kg)
        thick = layer.thickness_cm
        bands.append(
            Band(
                layer.layer,
                tuple(taxonomy.material_by_id(item.material_id).name for item in held),
                " + ".join(quantity(item.quantity, item.unit) for item in held),
                mass(layer.mass_kg),
                _("about %(cm)s cm thick", cm=number(thick)) if thick else None,
                layer.height,
                taxonomy.group_slugs[most.material_id],
            )
        )
    return bands


def part_of(item: AssetItem, taxonomy: Taxonomy) -> Part:
    """A part in words."""
    names = {hazard.slug: hazard.name for hazard in taxonomy.hazards}
    return Part(
        number=item.number,
        name=taxonomy.material_by_id(item.material_id).name,
        element=Written(item.element),
        layer=str(item.layer or ""),
        quantity=quantity(item.quantity, item.unit),
        mass=mass(item.mass_kg),
        known_by=KnownBy(item.known_by).label,
        source=Written(item.source),
        loose=Detachability(item.detachability).label if item.detachability else None,
        condition=CONDITION_LABELS[Condition(item.condition)] if item.condition else None,
        hazards=tuple(
            _("%(hazard)s: %(answer)s", hazard=names.get(code, code), answer=ANSWERS[Answer(word)])
            for code, word in item.hazards.items()
        ),
        used=ngettext("%(num)s time", "%(num)s times", item.use_count) if item.use_count else _("new when installed"),
    )


def line_of(change: ItemChange, item: AssetItem, taxonomy: Taxonomy) -> Line:
    """One thing that happened, in words. Organisations' reasons stand in it and no people."""
    amount, kind = quantity(Amount(abs(change.quantity), item.unit_of)), ChangeKind(change.kind)
    return Line(
        near_date(change.happened_on),
        kind.label,
        taxonomy.material_by_id(item.material_id).name,
        Written(item.element),
        Written(change.reason),
        f"+{amount}" if change.quantity > 0 else f"−{amount}",
        kind is ChangeKind.LOST,
    )
