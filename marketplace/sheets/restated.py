"""A restatement in words, for page, paper and workbook alike."""

from decimal import Decimal

from marketplace.kernel.formats import long_date
from marketplace.kernel.language import Text, _
from marketplace.published.queries.restatements import Compared, RestatedYear


def restated_title(one: RestatedYear) -> Text:
    """Which factors a restatement was worked out with, and when."""
    return _(
        "Worked out again with factor version %(version)s on %(day)s", version=str(one.factor_version), day=long_date(one.made_at)
    )


def restated_rows(one: Compared) -> list[tuple[Text, Decimal, Decimal]]:
    """Figure by figure: as it was booked, and worked out again."""
    named = (
        (_("Avoided"), "avoided_kgco2e"),
        (_("Transport"), "transport_kgco2e"),
        (_("Processing"), "processing_kgco2e"),
        (_("Net saved"), "net_kgco2e"),
    )
    return [(label, getattr(one.booked, name), getattr(one.restated, name)) for label, name in named]
