"""The one blueprint of the API, and how a view joins it.

Its path, what it takes and what it gives, for Flask and for the specification alike.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from inspect import cleandoc
from typing import Any, Protocol, TypeVar, cast

from flask import Blueprint, Response, jsonify, request, url_for

from marketplace.accounts.policy import ANONYMOUS, Actor, Can, may
from marketplace.accounts.rules.accounts import OrganisationKind, Role
from marketplace.api.fields import LISTED_MAX
from marketplace.api.reading import Page
from marketplace.api.schema import Body, CopySchema, PageSchema, Shape, Written, key_of
from marketplace.catalogue.queries.copying import Copied
from marketplace.http.rights import require_for_address
from marketplace.kernel.errors import Conflict, FieldError, Invalid, Stale
from marketplace.kernel.language import _

PREFIX = "/api/v1"
API_VERSION = "1.7.0"
ERRORS_TOLD = 20
KEY_LENGTH_TOLD = 60
View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


class Versioned(Protocol):
    """Something whose version rises with every edit."""

    @property
    def version(self) -> Any:
        """The number that a client read."""


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
    upload: str = ""
    query: tuple[dict[str, Any], ...] = ()
    refuses: tuple[int, ...] = ()
    is_public: bool = False
    media_type: str = "application/json"
    description: tuple[str, ...] = ()
    is_matched: bool = False


OPERATIONS: list[Operation] = []


def route(
    method: str,
    path: str,
    *,
    gives: type[Shape] | None,
    tag: str,
    status: int = 200,
    takes: Body | None = None,
    upload: str = "",
    query: tuple[dict[str, Any], ...] = (),
    refuses: tuple[int, ...] = (),
    media_type: str = "application/json",
    matched: bool = False,
) -> Callable[[View], View]:
    """Join a view at a path, `/listings/<int:listing_id>`. Stands above `@permission`; the docstring is the summary. A view that gives a
    file names no shape and says of which kind the file is. A step that is `matched` heeds If-Match, with `require_match`."""

    def join(view: View) -> View:
        blueprint.add_url_rule(path, view.__name__, view, methods=[method])
        summary, _end, more = cleandoc(view.__doc__ or "").partition("\n")
        permission: Can = cast(Any, view).permission
        description = (*filter(None, [" ".join(more.split())]), _readers(permission))
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
                is_public(view),
                media_type,
                description,
                matched,
            )
        )
        return view

    return join


def is_public(view: Callable[..., Any] | None) -> bool:
    """Whether everybody may read what a view answers, with or without a token."""
    return getattr(view, "permission", None) in (Can.READ_CATALOGUE, Can.READ_PUBLIC_FIGURES)


def _readers(permission: Can) -> str:
    """Whose token has the right that a view asks for, in a sentence."""
    if may(ANONYMOUS, permission):
        return "For everybody, with or without a token."
    people = [Actor(person_id=0, role=role, organisation_kind=kind) for role in Role for kind in OrganisationKind]
    able = [role.value for role in Role if any(may(person, permission) for person in people if person.role == role)]
    return f"Requires the token of somebody whose role is: {', '.join(able)}; the rules decide on what it may be used."


@blueprint.before_request
def check_query() -> None:
    """Refuse what the operation does not ask for in the query, and words that it does not know."""
    endpoint = (request.endpoint or "").rpartition(".")[2]
    operation = next((operation for operation in OPERATIONS if operation.name == endpoint), None)
    if operation is None or not request.args:
        return
    errors = [error for key in [*request.args][:ERRORS_TOLD] for error in _faults(operation, key)]
    if errors:
        require_for_address()
        raise Invalid.all(errors)


def _faults(operation: Operation, key: str) -> Iterator[FieldError]:
    parameters = {parameter["name"]: parameter["schema"] for parameter in operation.query}
    if key not in parameters:
        name = key[:KEY_LENGTH_TOLD]
        nearest = get_close_matches(name, parameters, n=1)
        if nearest:
            message = _("There is no parameter “%(name)s” here. Do you mean “%(nearest)s”?", name=name, nearest=nearest[0])
        else:
            message = _("There is no parameter “%(name)s” here. Leave it out.", name=name)
        yield FieldError(name, message)
        return
    is_list = parameters[key]["type"] == "array"
    given = request.args.getlist(key)
    if len(given) > 1 and not is_list:
        yield FieldError(key, _("Send this parameter once."))
    if len(given) > LISTED_MAX:
        yield FieldError(key, _("Send this parameter at most %(most)s times.", most=LISTED_MAX))
    words = (parameters[key]["items"] if is_list else parameters[key]).get("enum")
    if words and any(word.strip() not in ("", *words) for word in given):
        yield FieldError(key, _("Choose one of: %(words)s.", words=", ".join(words)))


def require_match(row: Versioned, write: Callable[[Any], Written]) -> None:
    """Refuse a step on another version than If-Match names, with the object as it is now."""
    if request.if_match and not request.if_match.contains(str(row.version)):
        require_for_address()
        sentence = _("Somebody else changed this in the meantime. Open the page again to see what it says now.")
        raise Stale(sentence, current=write(row))


def ok(written: Written) -> Response:
    """The whole object, 200."""
    return _tagged(jsonify(written), written)


def _tagged(response: Response, written: Written) -> Response:
    """The answer with the version of the object as its ETag, for If-Match."""
    if "version" in written:
        response.set_etag(str(written["version"]))
    return response


def with_current(conflict: Conflict, current: Written) -> Conflict:
    """Give a conflict about the version, with the object as it is now. And the names of what differs as JSON has them."""
    if "changed" not in conflict.facts:
        return conflict
    changed = [key_of(name) for name in cast(list[str], conflict.facts["changed"])]
    return Conflict(conflict.message, conflict.field, **{**conflict.facts, "current": current, "changed": changed})


def created(written: Written, view: str, **ids: Any) -> Response:
    """The new object, 201, with where it is."""
    response = _tagged(jsonify(written), written)
    response.status_code = 201
    response.headers["Location"] = url_for(f"api.{view}", **ids)
    return response


def copied(shape: type[CopySchema], part: Copied[Any], items: Sequence[Any], **more: Any) -> Response:
    """What has changed since the cursor: what is new, what is gone, and where to go on."""
    count = len(items) + len(part.gone)
    page = Page(1, max(count, 1))
    cursor = {"gone": part.gone, "next": str(part.cursor), "more": part.left > 0}
    return jsonify(shape.write(page, items=items, total=count + part.left, **cursor, **more))


def many(shape: type[PageSchema], items: Sequence[Any], *, total: int, page: Page, **more: Any) -> Response:
    """A page of a list."""
    return jsonify(shape.write(page, items=items, total=total, **more))
