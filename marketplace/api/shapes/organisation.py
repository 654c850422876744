"""Organisations, and the person whom a token belongs to."""

from marketplace.api.fields import Line
from marketplace.api.schema import Part, Shape


class OrganisationSchema(Shape):
    """An organisation inside something else."""

    slug = Line()
    name = Line()


class MeSchema(Shape):
    """Who the token belongs to."""

    name = Line()
    role = Line()
    organisation = Part(OrganisationSchema, get=lambda actor: {"slug": actor.organisation_slug, "name": actor.organisation_name})
