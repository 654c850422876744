"""The papers of a listing. A file is looked through before the writing session opens."""

from typing import Any

from flask import Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from marketplace.accounts.policy import Can, require
from marketplace.api.bodies.paper import PaperBody, paper_draft
from marketplace.api.query import PAGE
from marketplace.api.reading import named_as_sent, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import take
from marketplace.api.shapes.material import current_taxonomy
from marketplace.api.shapes.paper import PaperKindsSchema, PaperSchema, PapersSchema
from marketplace.dossiers import actions
from marketplace.dossiers.queries import get_dossier, get_readable_paper
from marketplace.http.lot_papers import paper_file_answer, take_file
from marketplace.http.request import current_actor, current_session, database, permission, public
from marketplace.kernel.errors import FieldError, Invalid, TooLarge
from marketplace.kernel.language import _
from marketplace.market.queries.listings import get_listing

UPLOAD_BYTES_MAX = 21 * 1024 * 1024
PAPERS = "/listings/<int:listing_id>/papers"
AS_SENT = {"issued_on": "issuedOn", "valid_until": "validUntil"}


@route("GET", PAPERS, gives=PapersSchema, tag="listings", query=PAGE)
@permission(Can.READ_PAPERS)
def list_papers(listing_id: int) -> Response:
    """The papers of a listing. For whoever requested some of it, from the day of the request."""
    page = read_page()
    dossier = get_dossier(current_session(), current_actor(), listing_id)
    rows = [*dossier.papers, *dossier.of_parent, *dossier.removed]
    return many(PapersSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("POST", PAPERS, gives=PaperSchema, status=201, upload="paper", tag="listings")
@permission(Can.EDIT_LISTING, max_body_bytes=UPLOAD_BYTES_MAX)
def add_paper(listing_id: int) -> Response:
    """Add a paper to a listing, or put it in the place of another. A PDF or a picture, at most 20 MB.

    A PDF is written anew: its words stay; who made it, digital signatures and whatever is more than its pages do not.
    """
    with database().read() as reading:
        require(current_actor(), Can.EDIT_LISTING, get_listing(reading, current_actor(), listing_id))
    values, sent = read_form()
    replaces = values.get("replaces")
    file = take_file(sent).file
    with named_as_sent(**AS_SENT):
        paper = actions.add_paper(
            current_session(),
            current_actor(),
            listing_id=listing_id,
            draft=paper_draft(values),
            file=file,
            replaced_id=int(replaces) if replaces else None,
        )
    return created(PaperSchema.write(paper), "get_paper", paper_id=paper.id)


def read_form() -> tuple[dict[str, Any], FileStorage]:
    """The words of a form and its file, or everything that is wrong with them at once."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    try:
        sent, words = request.files.get("file"), request.form.to_dict()
    except RequestEntityTooLarge as error:
        raise TooLarge(_("This file is too large. Send at most 20 MB."), "file") from error
    values, errors = take(PaperBody(), {name: text for name, text in words.items() if text})
    replaces = values.get("replaces")
    if replaces and not (replaces.isascii() and replaces.isdigit()):
        errors.append(FieldError("replaces", _("Write the number of a paper.")))
    if sent is None:
        errors.append(FieldError("file", _("Send the paper in the field file.")))
    if errors or sent is None:
        raise Invalid.all(errors)
    return values, sent


@route("DELETE", f"{PAPERS}/<int:paper_id>", gives=PaperSchema, tag="listings")
@permission(Can.EDIT_LISTING)
def remove_paper(listing_id: int, paper_id: int) -> Response:
    """Remove a paper. It no longer counts; what was handed over on it can still be looked up."""
    paper = actions.remove_paper(current_session(), current_actor(), listing_id=listing_id, paper_id=paper_id)
    return ok(PaperSchema.write(paper))


@route("GET", "/papers/<int:paper_id>", gives=PaperSchema, tag="listings")
@permission(Can.READ_PAPERS)
def get_paper(paper_id: int) -> Response:
    """One paper."""
    return ok(PaperSchema.write(get_readable_paper(current_session(), current_actor(), paper_id)))


@route("GET", "/papers/<int:paper_id>/file", gives=None, tag="listings", media_type="application/pdf, image/webp")
@permission(Can.READ_PAPERS)
def get_paper_file(paper_id: int) -> Response:
    """Get the file of a paper: a PDF or a WebP picture, as its media type says."""
    return paper_file_answer(current_session(), current_actor(), paper_id)


@route("GET", "/paper-kinds", gives=PaperKindsSchema, tag="reference", query=PAGE)
@public
def list_paper_kinds() -> Response:
    """The kinds of papers that a listing may have."""
    page, rows = read_page(), current_taxonomy().paper_kinds
    return many(PaperKindsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)
