"""The papers of parts of assets. A file is looked through before the writing session opens."""

from flask import Response

from marketplace.accounts.policy import Can, require
from marketplace.api.bodies.paper import paper_draft
from marketplace.api.query import PAGE
from marketplace.api.reading import named_as_sent, read_page
from marketplace.api.routes.lot_papers import AS_SENT, UPLOAD_BYTES_MAX, read_form
from marketplace.api.routing import created, many, ok, route
from marketplace.api.shapes.paper import PaperSchema, PapersSchema
from marketplace.dossiers import actions
from marketplace.dossiers.queries import list_papers_of_items
from marketplace.http.lot_papers import take_file
from marketplace.http.request import current_actor, current_session, database, permission
from marketplace.passports.queries.assets import get_asset, get_item

PAPERS = "/assets/<int:asset_id>/items/<int:number>/papers"


@route("GET", PAPERS, gives=PapersSchema, tag="passports", query=PAGE)
@permission(Can.READ_ITEM_PAPERS)
def list_item_papers(asset_id: int, number: int) -> Response:
    """The papers of a part. For the owner and the maintainer of its asset, and the AO CE."""
    page, session, actor = read_page(), current_session(), current_actor()
    item = get_item(session, actor, asset_id, number)
    require(actor, Can.READ_ITEM_PAPERS, item.asset)
    rows = list_papers_of_items(session, actor, get_asset(session, actor, asset_id)).get(item.id, [])
    return many(PapersSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("POST", PAPERS, gives=PaperSchema, status=201, upload="paper", tag="passports")
@permission(Can.KEEP_PASSPORTS, max_body_bytes=UPLOAD_BYTES_MAX)
def add_item_paper(asset_id: int, number: int) -> Response:
    """Add a paper to a part, such as the report of an examination. A PDF or a picture, at most 20 MB."""
    with database().read() as reading:
        require(current_actor(), Can.KEEP_PASSPORTS, get_item(reading, current_actor(), asset_id, number).asset)
    values, sent = read_form()
    file = take_file(sent).file
    with named_as_sent(**AS_SENT):
        paper = actions.add_item_paper(
            current_session(), current_actor(), asset_id=asset_id, number=number, draft=paper_draft(values), file=file
        )
    return created(PaperSchema.write(paper), "get_paper", paper_id=paper.id)


@route("DELETE", f"{PAPERS}/<int:paper_id>", gives=PaperSchema, tag="passports")
@permission(Can.KEEP_PASSPORTS)
def remove_item_paper(asset_id: int, number: int, paper_id: int) -> Response:
    """Remove a paper from a part."""
    paper = actions.remove_item_paper(current_session(), current_actor(), asset_id=asset_id, number=number, paper_id=paper_id)
    return ok(PaperSchema.write(paper))
