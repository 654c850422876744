"""The page of one passport for its reader. What is told of it, and what its keeper can do there."""

from dataclasses import dataclass

from markupsafe import Markup

from marketplace.accounts.policy import Actor, Can, may
from marketplace.http.passports import passport_of
from marketplace.kernel.db import Session
from marketplace.kernel.formats import number
from marketplace.kernel.language import Text, _, ngettext
from marketplace.passports.models import Asset
from marketplace.passports.queries.releases import list_free, open_listings_of_asset
from marketplace.passports.rules.assets import AssetKind
from marketplace.sheets.passport import Line, Passport
from marketplace.sheets.typesetting import qr_code
from marketplace.web.ui.passports import PICTURES

LINES_MOST = 50


@dataclass(frozen=True, slots=True)
class PassportPage:
    """All of it. `lines`: the newest of what happened; `keeps`: whether the reader may change it.

    For whoever may, also `free`: numbers of parts that can come free still, and `lots`: the lots that were planned of it.
    """

    asset: Asset
    told: Passport
    picture: str
    figures: list[tuple[str, Text | str]]
    lines: tuple[Line, ...]
    keeps: bool
    code: Markup
    free: frozenset[int]
    lots: tuple[int, ...]

    @classmethod
    def of(cls, session: Session, actor: Actor, asset: Asset) -> "PassportPage":
        """Gather it for this reader."""
        told = passport_of(session, asset)
        keeps = may(actor, Can.KEEP_PASSPORTS, asset)
        return cls(
            asset=asset,
            told=told,
            picture=PICTURES[AssetKind(asset.kind)],
            figures=_figures(asset, told),
            lines=told.lines[:LINES_MOST],
            keeps=keeps,
            code=Markup(qr_code(told.address)),  # noqa: S704 drawn from an address of our own
            free=frozenset(one.item.number for one in list_free(session, asset)) if keeps else frozenset(),
            lots=tuple(open_listings_of_asset(session, asset.id)) if keeps else (),
        )


def _figures(asset: Asset, told: Passport) -> list[tuple[str, Text | str]]:
    """How much it holds, of how many parts, and from which year it is."""
    if not told.mass:
        return []
    parts = sum(1 for item in asset.items if item.quantity > 0)
    found: list[tuple[str, Text | str]] = [(told.mass, _("of material")), (number(parts), ngettext("part", "parts", parts))]
    return [*found, (str(asset.built_year), _("built"))] if asset.built_year else found
