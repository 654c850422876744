"""Versions of the figures of a material, and the lists that make a version."""

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from marketplace.accounts.policy import Can
from marketplace.api import query
from marketplace.api.bodies.factors import DeclineListBody, UseListBody
from marketplace.api.reading import read_body, read_page
from marketplace.api.routing import created, many, ok, route
from marketplace.api.schema import Written
from marketplace.api.shapes.factors import (
    FactorListSchema,
    FactorListsSchema,
    MaterialVersionsSchema,
    readable_version,
    write_changes,
)
from marketplace.http.request import current_actor, current_session, one_moment, permission, public
from marketplace.http.sheets import FILE_BODY_MAX, read_factor_list
from marketplace.kernel.errors import Invalid
from marketplace.kernel.language import _
from marketplace.materials import actions
from marketplace.materials.models import FactorList
from marketplace.materials.queries import (
    changes_of,
    get_factor_list,
    get_taxonomy,
    list_factor_lists,
    list_material_versions,
    may_read_factor,
)
from marketplace.sheets.reading import FILE_BYTES_MAX, too_large

ONE = "/factor-lists/<int:list_id>"
LOADS = permission(Can.LOAD_FACTORS)
MANAGES = permission(Can.MANAGE_TAXONOMY)


@route("GET", "/materials/<slug>/versions", gives=MaterialVersionsSchema, tag="reference", query=query.PAGE)
@public
@one_moment
def list_versions_of_material(slug: str) -> Response:
    """Which version of the list said what about a material, newest first.

    What a licence keeps to its holder is null for everybody else.
    """
    page = read_page()
    rows = [readable_version(row, current_actor()) for row in list_material_versions(current_session(), slug)]
    return many(MaterialVersionsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


def write_list(row: FactorList) -> Written:
    """A list with what it changes."""
    session, actor = current_session(), current_actor()
    taxonomy = get_taxonomy(session)

    def may_read(slug: str) -> bool:
        material = taxonomy.find_material(slug)
        return material is None or may_read_factor(actor, material)

    return FactorListSchema.write(row, seen=taxonomy.version, changes=write_changes(changes_of(session, row), may_read))


@route("POST", "/factor-lists", gives=FactorListSchema, status=201, upload="sheet", tag="reference", refuses=(413,))
@permission(Can.LOAD_FACTORS, max_body_bytes=FILE_BODY_MAX)
def load_factor_list() -> Response:
    """Load a list of figures to look at. Nothing changes before it is taken into use; a row that does not fit is named, and then nothing is stored."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    try:
        sent = request.files.get("file")
        content = b"" if sent is None else sent.stream.read(FILE_BYTES_MAX + 1)
    except RequestEntityTooLarge as error:
        raise too_large() from error
    if sent is None:
        raise Invalid(_("Send a sheet in the field file."), "file")
    file = read_factor_list(sent.filename or "", content)
    row = actions.load_list(current_session(), current_actor(), file=file).list
    return created(write_list(row), "show_factor_list", list_id=row.id)


@route("GET", "/factor-lists", gives=FactorListsSchema, tag="reference", query=query.PAGE)
@LOADS
def list_lists_of_factors() -> Response:
    """The last lists of your own organisation, newest first.

    For the reviewer and the administrator all that were handed in.
    """
    page = read_page()
    rows = list_factor_lists(current_session(), current_actor())
    return many(FactorListsSchema, rows[page.offset : page.offset + page.size], total=len(rows), page=page)


@route("GET", ONE, gives=FactorListSchema, tag="reference")
@LOADS
@one_moment
def show_factor_list(list_id: int) -> Response:
    """How a list stands, and what it changes."""
    return ok(write_list(get_factor_list(current_session(), current_actor(), list_id)))


@route("POST", f"{ONE}/hand-in", gives=FactorListSchema, tag="reference")
@LOADS
def hand_in_factor_list(list_id: int) -> Response:
    """Submit a list to the AO CE."""
    return ok(write_list(actions.hand_in_list(current_session(), current_actor(), list_id=list_id)))


@route("POST", f"{ONE}/withdraw", gives=FactorListSchema, tag="reference")
@LOADS
def withdraw_factor_list(list_id: int) -> Response:
    """Withdraw a list that has not been decided on."""
    return ok(write_list(actions.withdraw_list(current_session(), current_actor(), list_id=list_id)))


@route("POST", f"{ONE}/use", gives=FactorListSchema, takes=UseListBody(), tag="reference")
@MANAGES
def use_factor_list(list_id: int) -> Response:
    """Take a list into use as a new version. What was counted before keeps the version that it was counted with."""
    body = read_body(UseListBody())
    row = actions.use_list(current_session(), current_actor(), list_id=list_id, seen=body["seen"], sure=bool(body.get("sure")))
    return ok(write_list(row))


@route("POST", f"{ONE}/decline", gives=FactorListSchema, takes=DeclineListBody(), tag="reference")
@MANAGES
def decline_factor_list(list_id: int) -> Response:
    """Say why a list is not taken into use."""
    reason = read_body(DeclineListBody())["reason"]
    return ok(write_list(actions.decline_list(current_session(), current_actor(), list_id=list_id, reason=reason)))


@route("POST", "/factor-versions/<int:version>/restore", gives=FactorListSchema, status=201, tag="reference")
@MANAGES
def restore_factor_version(version: int) -> Response:
    """Make a list that brings back the figures of a former version, to look at first."""
    row = actions.restore_version(current_session(), current_actor(), version=version)
    return created(write_list(row), "show_factor_list", list_id=row.id)
