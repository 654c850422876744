"""The one blueprint of the API, and how a view joins it.

Its path, what it takes and what it gives, for Flask and for the specification alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, jsonify, url_for

from marketplace.accounts.policy import ANONYMOUS, Actor, Can, may
from marketplace.accounts.rules.accounts import OrganisationKind, Role
from marketplace.api.reading import Page
from marketplace.api.schema import Body, PageSchema, Shape, Written, key_of
from marketplace.kernel.errors import Conflict

PREFIX = "/api/v1"
API_VERSION = "1.0.0"
View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


@dataclass(frozen=True, slots=True)
class Operation:
    """What the specification says of a view."""

    method: str
    path: str
    name: str
    summary: str
    tag: str
    gives: type[Shape] | None
    status: int = 200
    takes: Body | None = None
    upload: bool = False
    query: tuple[dict[str, Any], ...] = ()
    refuses: tuple[int, ...] = ()
    is_public: bool = False
    media_type: str = "application/json"
    description: str = ""


OPERATIONS: list[Operation] = []


def route(
    method: str,
    path: str,
    *,
    gives: type[Shape] | None,
    tag: str,
    status: int = 200,
    takes: Body | None = None,
    upload: bool = False,
    query: tuple[dict[str, Any], ...] = (),
    refuses: tuple[int, ...] = (),
    media_type: str = "application/json",
) -> Callable[[View], View]:
    """Join a view at a path, `/listings/<int:listing_id>`. Stands above `@permission`; the docstring is the summary. A view that gives a
    file names no shape and says of which kind the file is."""

    def join(view: View) -> View:
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])
        summary, _end, more = cleandoc(view.__doc__ or "").partition("\n")
        right: Can = cast(Any, view).permission
        is_public = right in (Can.READ_CATALOGUE, Can.READ_PUBLIC_FIGURES)
        description = " ".join([*more.split(), _readers(right)])
        OPERATIONS.append(
            Operation(
                method,
                path,
                view.__name__,
                summary,
                tag,
                gives,
                status,
                takes,
                upload,
                query,
                refuses,
                is_public,
                media_type,
                description,
            )
        )
        return view

    return join


def _readers(right: Can) -> str:
    """Whose token has the right that a view asks for, in a sentence."""
    if may(ANONYMOUS, right):
        return "For everybody, with or without a token."
    people = [Actor(person_id=0, role=role, organisation_kind=kind) for role in Role for kind in OrganisationKind]
    able = [role.value for role in Role if any(may(person, right) for person in people if person.role == role)]
    return f"With the token of somebody whose role is: {', '.join(able)}; what it may be done to is for the rules to say."


def ok(written: Written) -> Response:
    """The whole object, 200."""
    return jsonify(written)


def with_current(conflict: Conflict, current: Written) -> Conflict:
    """Give a conflict about the version, with the object as it is now. And the names of what differs as JSON has them."""
    if "changed" not in conflict.facts:
        return conflict
    changed = [key_of(name) for name in cast(list[str], conflict.facts["changed"])]
    return Conflict(conflict.message, conflict.field, **{**conflict.facts, "current": current, "changed": changed})


def created(written: Written, view: str, **ids: Any) -> Response:
    """The new object, 201, with where it is."""
    response = jsonify(written)
    response.status_code = 201
    response.headers["Location"] = url_for(f"api.{view}", **ids)
    return response


def many(shape: type[PageSchema], items: Sequence[Any], *, total: int, page: Page, **more: Any) -> Response:
    """A page of a list."""
    return jsonify(shape.write(page, items=items, total=total, **more))
