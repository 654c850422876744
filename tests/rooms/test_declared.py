"""Hazards that a material asks about by a field: the answer to the field is the answer to the hazard."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.kernel.errors import Invalid
from marketplace.kernel.units import Quantity, Unit
from marketplace.market.actions.listings import update_listing
from marketplace.market.models import Listing
from marketplace.market.rules.listing import Answer
from marketplace.market.rules.values import deciding_gates
from marketplace.materials.queries import get_taxonomy
from tests.factories import listing_draft, make_actor, make_draft, seed_taxonomy

TEN_TONNES = Quantity(Decimal(10), Unit.TONNE)


def asphalt(session: Session, fields: dict[str, str], **hazards: Answer) -> Listing:
    seed_taxonomy(session)
    owner = make_actor(session, "hengelo")
    return make_draft(session, owner, material="asfaltgranulaat", quantity=TEN_TONNES, fields=fields, hazards=hazards)


def changed(session: Session, lot: Listing, fields: dict[str, str]) -> Listing:
    """As a program changes the fields alone: the hazards stay as they were."""
    hazards = {code: Answer(word) for code, word in lot.hazards.items()}
    draft = listing_draft("hengelo", material="asfaltgranulaat", quantity=TEN_TONNES, fields=fields, hazards=hazards)
    return update_listing(session, make_actor(session, "hengelo"), listing_id=lot.id, version=lot.version, draft=draft)


@pytest.mark.parametrize(
    ("slug", "codes"),
    [("grond-schoon", {"bodemklasse", "pfas", "invasief"}), ("hardhouten-balk", {"creosoot"}), ("betonbuis-300", set())],
)
def test_a_hazard_that_a_field_of_the_material_decides_is_not_asked_again(session: Session, slug: str, codes: set[str]) -> None:
    seed_taxonomy(session)
    taxonomy = get_taxonomy(session)
    assert set(deciding_gates(taxonomy.gates, taxonomy.material(slug))) == codes


@pytest.mark.parametrize(("measured", "holds"), [("75", "no"), ("75.1", "yes"), ("0", "no"), ("unknown", "unknown")])
def test_what_was_measured_says_whether_asphalt_holds_pah(session: Session, measured: str, holds: str) -> None:
    lot = asphalt(session, {"pak10-mg-per-kg": measured})
    assert (lot.hazards["pak"], lot.hazards_yes == "|pak|") == (holds, holds == "yes")


def test_what_is_declared_stays_where_no_field_was_answered(session: Session) -> None:
    assert asphalt(session, {}, pak=Answer.YES).hazards["pak"] == "yes"
    assert asphalt(session, {"pak10-mg-per-kg": "unknown"}, pak=Answer.NO).hazards["pak"] == "no"


def test_a_yes_that_is_declared_and_a_no_that_is_measured_cannot_both_be(session: Session) -> None:
    with pytest.raises(Invalid, match="PAK"):
        asphalt(session, {"pak10-mg-per-kg": "12"}, pak=Answer.YES)


def test_what_followed_from_the_former_answer_goes_with_it(session: Session) -> None:
    """80 mg/kg was a slip of the keyboard; whoever mends it has declared nothing."""
    lot = changed(session, asphalt(session, {"pak10-mg-per-kg": "80"}), {"pak10-mg-per-kg": "8"})
    assert (lot.hazards["pak"], lot.hazards_yes) == ("no", "")
    lot = changed(session, lot, {"pak10-mg-per-kg": "unknown"})
    assert (lot.hazards["pak"], lot.hazards_unknown) == ("unknown", True)


def test_untreated_wood_holds_no_creosote_and_treated_wood_does(session: Session) -> None:
    seed_taxonomy(session)
    owner, metres = make_actor(session, "hengelo"), Quantity(Decimal(10), Unit.M)
    for treatment, holds in (("none", "no"), ("creosote", "yes")):
        lot = make_draft(session, owner, material="hardhouten-balk", quantity=metres, fields={"treatment": treatment})
        assert lot.hazards["creosoot"] == holds
