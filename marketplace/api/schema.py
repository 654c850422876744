"""JSON objects: a Body is read, a Shape is written. Both describe themselves in the specification."""

from collections.abc import Callable, Iterable
from functools import cache, cached_property, partial
from operator import attrgetter
from typing import Any, cast

from marshmallow import Schema, ValidationError, fields, missing

from marketplace.api.fields import Given, Integer, Line, Moment, Property, Whole, YesNo, with_null
from marketplace.http.errors import camel
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.language import Text, _
from marketplace.kernel.text import quoted

Written = dict[str, Any]
_Step = tuple[str, Callable[[Any], Any], Callable[[Any], Any] | None, bool]
_NO_BODY = _("Send a JSON object, between { and }.")


def key_of(name: str) -> str:
    """`avoidedKgCo2e` for `avoided_kgco2e`."""
    return camel(name.replace("kgco2e", "kg_co2e"))


class Body(Schema):
    """A JSON object that is taken. Properties are the camelCase of the names here; an optional one may be null."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """The name in JSON, and null for what may be left out."""
        field_obj.data_key = key_of(field_name)
        if not field_obj.required:
            field_obj.allow_none = True
            field_obj.metadata = with_null(field_obj.metadata)


class Patch(Body):
    """A change: of all that may be said only its version is required. What cannot be empty may be left out, not null."""

    version = Whole("the version that you read", required=True)

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """The version is required, and nothing else."""
        super().on_bind_field(field_name, field_obj)
        field_obj.required = field_name == "version"


def take(body: Body, given: Any) -> tuple[dict[str, Any], list[FieldError]]:
    """Take the values by their internal names, and everything that is wrong with them."""
    if not isinstance(given, dict):
        return {}, [FieldError("body", _NO_BODY)]
    existing = {field.data_key for field in body.fields.values()}
    errors = [
        FieldError(name[:60], _("“%(name)s” is not accepted here. Leave it out.", name=quoted(name)))
        for name in given
        if name not in existing
    ]
    try:
        values: dict[str, Any] = body.load({name: value for name, value in given.items() if name in existing})
    except ValidationError as error:
        errors += [FieldError(name, _first(sentences)) for name, sentences in error.messages_dict.items()]
        valid: Any = error.valid_data
        values = dict(valid or {})
    return values, errors


def _first(sentences: Any) -> Text:
    while not isinstance(sentences, Text):
        sentences = sentences[0] if isinstance(sentences, list) else next(iter(sentences.values()))
    return sentences


def _described(field: fields.Field[Any]) -> dict[str, Any]:
    """A property of a row, which may be null where it may be left out."""
    shape = dict(field.metadata)
    kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
    return {**shape, "type": [*kinds, "null"]} if field.allow_none else shape


class Rows(Given):
    """A list of objects that are taken, each a Body. The first thing that is wrong with a row is told with its number."""

    def __init__(self, of: Body, meaning: str = "", *, most: int, **more: Any) -> None:
        items = {
            "type": "object",
            "required": [key_of(name) for name, field in of.fields.items() if field.required],
            "properties": {key_of(name): _described(field) for name, field in of.fields.items()},
            "additionalProperties": False,
        }
        super().__init__(meaning, shape={"type": "array", "maxItems": most, "items": items}, **more)
        self.of, self.most = of, most

    def read(self, value: Any) -> list[dict[str, Any]]:
        """Every row by itself."""
        if not isinstance(value, list) or len(value) > self.most:
            raise Invalid(_("Send a list of at most %(most)s rows.", most=self.most))
        rows = []
        for index, sent in enumerate(value):
            values, errors = take(self.of, sent)
            if errors:
                field = key_of(errors[0].field)
                raise Invalid(_("Row %(row)s, %(field)s: %(said)s", row=index, field=field, said=errors[0].message))
            rows.append(values)
        return rows


class Shape(Schema):
    """A JSON object that is given. Every property is always there unless it is optional, and nothing else ever is.

    A shape whose name begins with _ is described inside the others; the others are components of the specification.
    """

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """The name in JSON, whether it is always there, and that nobody can send it."""
        field_obj.data_key = key_of(field_name)
        field_obj.required = not cast(Property, field_obj).optional
        field_obj.dump_only = True

    @classmethod
    def write(cls, of: Any, **given: Any) -> Written:
        """The object as JSON has it; a value that is given by name goes before what `of` says.

        marshmallow's `dump` would ask each field again for its accessor, its default and its hooks, and take about twice as long.
        """
        return _writer(cls, tuple(given)).write(of, given)


class _Writer:
    """How a shape is written, made once for each set of names that are given.

    Attributes are read in one stroke, and turned where JSON has another form.
    """

    def __init__(self, shape: type[Shape], given: tuple[str, ...]) -> None:
        properties = cast(dict[str, Property], shape().fields)
        read = {name: field for name, field in properties.items() if name not in given and field.required and not field.get}
        self.blank: Written = {str(field.data_key): None for field in properties.values() if field.required}
        self.keys = [str(field.data_key) for field in read.values()]
        self.read = _getter_of_all([field.attribute or name for name, field in read.items()])
        self.turned = [(str(field.data_key), field.write) for field in read.values() if field.turns]
        self.others = [_step(name, field) for name, field in properties.items() if name not in read and name not in given]
        self.given = {name: _step(name, properties[name]) for name in given}
        self.is_plain = not (self.turned or self.others or self.given)

    def write(self, of: Any, given: Written) -> Written:
        """The object."""
        if self.is_plain:
            return dict(zip(self.keys, self.read(of), strict=True))
        written = self.blank.copy()
        written.update(zip(self.keys, self.read(of), strict=True))
        for key, turn in self.turned:
            value = written[key]
            if value is not None:
                written[key] = turn(value)
        for key, get, write, is_left_out in self.others:
            value = get(of)
            if value is not missing and not (value is None and is_left_out):
                written[key] = value if write is None or value is None else write(value)
        for name, value in given.items():
            key, _get, write, is_left_out = self.given[name]
            if not (value is None and is_left_out):
                written[key] = value if write is None or value is None else write(value)
        return written


_writer = cache(_Writer)


def _step(name: str, field: Property) -> _Step:
    attribute = field.attribute or name
    get = field.get or (partial(_find, attribute) if field.optional else attrgetter(attribute))
    return str(field.data_key), get, field.write if field.turns else None, field.optional and not field.allow_none


def _getter_of_all(attributes: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(attributes) > 1:
        return cast(Callable[[Any], tuple[Any, ...]], attrgetter(*attributes))
    return lambda of: tuple(attrgetter(attribute)(of) for attribute in attributes)


def _find(attribute: str, of: Any) -> Any:
    return getattr(of, attribute, missing)


class Part(Property, fields.Nested):
    """A shape inside another. A part that is written already stays as it is."""

    def __init__(self, of: type[Shape], meaning: str = "", **more: Any) -> None:
        super().__init__(meaning, nested=of, **more)
        self.of = of

    @cached_property
    def writer(self) -> _Writer:
        """What writes it."""
        return _writer(self.of, ())

    def write(self, value: Any) -> Written:
        """The part."""
        return value if isinstance(value, dict) else self.writer.write(value, {})


class List(Property, fields.List[Any]):
    """A list in an answer, each item written as `of` says."""

    def __init__(self, of: Property, meaning: str = "", **more: Any) -> None:
        super().__init__(meaning, cls_or_instance=of, **more)
        self.write_item = of.write

    def write(self, value: Iterable[Any]) -> list[Any]:
        """The items."""
        return [self.write_item(item) for item in value]


class Dict(Property, fields.Dict):
    """An object in an answer, with a value per code."""

    def __init__(self, of: Property, meaning: str = "", **more: Any) -> None:
        super().__init__(meaning, values=of, **more)
        self.of = of

    @property
    def turns(self) -> bool:
        """Whether its values have another form."""
        return self.of.turns

    def write(self, value: dict[str, Any]) -> dict[str, Any]:
        """The values by their codes."""
        return {code: self.of.write(item) for code, item in value.items()}


class GoneSchema(Shape):
    """Something that the reader cannot see any more, or that is not there any more."""

    id = Integer(attribute="object_id")
    gone = Property(shape={"type": "boolean", "const": True}, get=lambda _change: True)
    gone_at = Moment("since when, at the latest", attribute="at")


class PageSchema(Shape):
    """A page of a list, of which a shape says what its `items` are."""

    total = Integer()
    page = Integer(attribute="number")
    page_size = Integer(attribute="size")


class CopySchema(PageSchema):
    """A page of a list that a system may keep a copy of."""

    gone = List(Part(GoneSchema), "with updatedSince: what to take out of the copy", optional=True)
    next = Line("with updatedSince: the cursor to send next time", optional=True)
    more = YesNo("with updatedSince: whether there is more now; if not, ask again later", optional=True)
