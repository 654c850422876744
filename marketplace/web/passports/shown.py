"""The page of one passport for its reader. What is told of it, and what its keeper can do there."""

from dataclasses import dataclass

from markupsafe import Markup

from marketplace.accounts.policy import Actor, Can, may
from marketplace.http.passports import passport_of
from marketplace.kernel.db import Session
from marketplace.kernel.formats import number
from marketplace.kernel.language import Text, _, ngettext
from marketplace.passports.models import Asset
from marketplace.passports.rules.assets import AssetKind
from marketplace.sheets.passport import Line, Passport
from marketplace.sheets.typesetting import qr_code
from marketplace.web.ui.passports import PICTURES

LINES_MOST = 50


@dataclass(frozen=True, slots=True)
class PassportPage:
    """All of it. `lines`: the newest of what happened; `keeps`: whether the reader may change it."""

    asset: Asset
    told: Passport
    picture: str
    figures: list[tuple[str, Text | str]]
    lines: tuple[Line, ...]
    keeps: bool
    code: Markup

    @classmethod
    def of(cls, session: Session, actor: Actor, asset: Asset) -> "PassportPage":
        """Gather it for this reader."""
        told = passport_of(session, asset)
        return cls(
            asset=asset,
            told=told,
            picture=PICTURES[AssetKind(asset.kind)],
            figures=_figures(asset, told),
            lines=told.lines[:LINES_MOST],
            keeps=may(actor, Can.KEEP_PASSPORTS, asset),
            code=Markup(qr_code(told.address)),  # noqa: S704 drawn from an address of our own
        )


def _figures(asset: Asset, told: Passport) -> list[tuple[str, Text | str]]:
    """How much it holds, of how many parts, and from which year it is."""
    if not told.mass:
        return []
    parts = sum(1 for item in asset.items if item.quantity > 0)
    found: list[tuple[str, Text | str]] = [(told.mass, _("of material")), (number(parts), ngettext("part", "parts", parts))]
    return [*found, (str(asset.built_year), _("built"))] if asset.built_year else found
