"""The papers of a lot, and the kinds of papers."""

from marketplace.api.fields import Choice, Day, Integer, Line, Moment, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.api.shapes.material import current_taxonomy
from marketplace.documents.models import Paper
from marketplace.documents.rules import PaperState, find_state
from marketplace.kernel import clock


class PaperKindSchema(Shape):
    """A kind of paper."""

    slug = Line()
    name = Line()
    hint = Line("what it is, in a sentence")
    is_proof = YesNo("whether its number and who issued it are needed")
    source = Line()
    dated_on = Day("when the source was looked at")


class PaperKindsSchema(PageSchema):
    """A page of kinds of papers."""

    items = List(Part(PaperKindSchema))


def _kind_name(paper: Paper) -> str:
    return current_taxonomy().name_of_paper_kind(paper.kind)


class PaperSchema(Shape):
    """A paper of a lot. For its owner, whoever asked for something of the lot, the reviewer and advisers."""

    id = Integer()
    listing_id = Integer("the listing that it stands with; null: it stands with a lot itself", allow_none=True)
    lot_id = Integer("the lot that it stands with; null: it stands with a listing", allow_none=True)
    item_id = Integer("the part of an asset that it stands with; null: it stands with none", allow_none=True)
    kind = Line("slug, see /paper-kinds")
    kind_name = Line(get=_kind_name)
    number = Line("empty: it has none")
    issuer = Line()
    issued_on = Day()
    valid_until = Day("the last day on which it counts; null: it does not expire", allow_none=True)
    state = Choice(PaperState, get=lambda paper: find_state(paper.valid_until, clock.today()))
    media_type = Line("of the file: application/pdf or image/webp")
    size_bytes = Integer()
    pages = Integer()
    digest = Line("SHA-256 of the file, in hex", get=lambda paper: paper.file.partition(".")[0])
    added_at = Moment()
    replaces = Integer("id of the paper in whose place it came", attribute="replaced_id", allow_none=True)
    removed_at = Moment("null: it stands with the lot", allow_none=True)


class PapersSchema(PageSchema):
    """The papers of a lot, and at the end those that were taken away and may still be looked up."""

    items = List(Part(PaperSchema))
