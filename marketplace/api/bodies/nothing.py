"""A step that takes nothing."""

from marketplace.api.schema import Body


class NothingBody(Body):
    """A step that takes nothing."""
