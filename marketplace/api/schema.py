"""The terms in which the shapes of the API are written: JSON Schema, one object a shape.

Every property is always there unless it is named in `sometimes`.
"""

from typing import Any

from marketplace.kernel.units import Unit

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
YES_NO: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
QUANTITY: Schema = {
    "type": "string",
    "pattern": r"^-?[0-9]+(\.[0-9]{1,3})?$",
    "description": "a decimal string without needless zeros",
}
UNIT: Schema = {"type": "string", "enum": [unit.value for unit in Unit]}


def words(of: Any) -> Schema:
    """One of a few words."""
    return {"type": "string", "enum": [word.value for word in of]}


def maybe(schema: Schema) -> Schema:
    """A value, or null when it is unknown or empty."""
    existing = schema.get("type")
    if "enum" in schema:
        return {**schema, "type": [existing, "null"], "enum": [*schema["enum"], None]}
    return {**schema, "type": [existing, "null"]} if isinstance(existing, str) else {"oneOf": [schema, {"type": "null"}]}


def some(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def ref(name: str) -> Schema:
    """A shape by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def shape(sometimes: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    """An object; what is not in `sometimes` is always there, and nothing else ever is."""
    required = [name for name in properties if name not in sometimes]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def listed(name: str, **more: Schema) -> Schema:
    """A page of a list."""
    return shape(items=some(ref(name)), total=WHOLE, page=WHOLE, pageSize=WHOLE, **more)
