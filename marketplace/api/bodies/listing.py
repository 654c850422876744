"""What is taken of a listing."""

from typing import Any

from marshmallow.fields import Field

from marketplace.api.bodies.place import Placed
from marketplace.api.fields import CODE_LENGTH_MAX, Amount, Answers, Choice, Codes, Line, Lines, UnitChoice, Whole, YesNo
from marketplace.api.listing_fields import taken_fields
from marketplace.api.material_fields import Answers as FieldAnswers
from marketplace.api.schema import Body, Patch
from marketplace.market.rules.freshness import REASON_LENGTH_MAX, Outcome, Refreshed
from marketplace.market.rules.listing import CORRECTION_LENGTH_MAX, EXTERNAL_ID_LENGTH_MAX, Answer
from marketplace.market.rules.photos import ALT_LENGTH_MAX


class _ListingFields(Placed):
    """What may be said of a listing."""

    class Meta:
        """The fields that are one value come from the table. `fields` is also a word of marshmallow, so it stands here."""

        include = {
            **taken_fields(),
            "fields": FieldAnswers(
                "answers to what is asked of the material, by slug of the field, see /materials/{slug}; null: not said"
            ),
        }

    material = Line("slug of a material, see /materials", longest=CODE_LENGTH_MAX, required=True)
    quantity = Amount("more than 0, at most three decimals, pieces whole", required=True)
    unit = UnitChoice(required=True)
    depot = Whole("id of the depot in which it lies, instead of a place")
    hazards = Answers(Answer, "hazard code of the material to yes, no or unknown")
    circle = Codes("slugs of municipalities that go before the region; empty: none; absent: as the organisation agreed")
    confirm_unusual = YesNo("yes, a weight so far from the taxonomy's; absent: no")
    external_id = Line("what your own system calls it; one of each kind per id", longest=EXTERNAL_ID_LENGTH_MAX)


class ListingBody(_ListingFields):
    """A new listing: of something new to the bank, or with `lot` of a lot in stock."""

    material = Line("slug of a material, see /materials; required without lot", longest=CODE_LENGTH_MAX, required=True)
    quantity = Amount(
        "required without lot; with it: how much of it is offered, absent: all; a part becomes a lot of its own", required=True
    )
    unit = UnitChoice("required without lot", required=True)
    lot = Whole("id of a lot of your own organisation: material, unit and place are the lot's")

    def on_bind_field(self, field_name: str, field_obj: Field[Any]) -> None:
        """What a lot or its plan says itself may be left out, and is never null."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = field_obj.required and field_name not in ("material", "quantity", "unit", "available_from")


class ListingPublishBody(Body):
    """To whom a draft is shown."""

    to_others = YesNo("false: only its own organisation finds and reserves it, until it is opened; absent: true")


class ListingPatch(Patch, _ListingFields):
    """A change of a listing: what is left out stays."""

    correction_reason = Lines(
        "why the quantity of a listing on offer is another; it stays with the lot", longest=CORRECTION_LENGTH_MAX
    )


class CloseBody(Body):
    """What became of the part that was not taken."""

    outcome = Choice(Outcome, "what became of the rest; absent: not stated")
    reason = Lines("why it found no taker", longest=REASON_LENGTH_MAX)


class WithdrawBody(Body):
    """The end of a listing."""

    outcome = Choice(Outcome, "what became of the rest; absent: not stated")
    reason = Lines("for the holders of its reservations; absent: that it was withdrawn", longest=REASON_LENGTH_MAX)


class RefreshBody(Body):
    """Whether a listing is still there."""

    answer = Choice(Refreshed, "absent: still; gone closes it")
    outcome = Choice(Outcome, "with gone: what became of the rest")
    reason = Lines("with gone: why it found no taker", longest=REASON_LENGTH_MAX)


class PhotoPatch(Body):
    """Alternative text and place in the order."""

    alt = Line("what the picture shows", longest=ALT_LENGTH_MAX)
    position = Whole("1 is first", most=1000)
