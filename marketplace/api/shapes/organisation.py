"""Organisations, and the person whom a token belongs to."""

from marketplace.accounts.queries.organisations import may_read_alert_email
from marketplace.accounts.rules.accounts import OrganisationKind
from marketplace.accounts.rules.organisations import SubKind
from marketplace.accounts.rules.tokens import Scope
from marketplace.api.fields import Choice, Day, Degrees, Integer, Line, LineOrNull, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.http.request import current_actor


class OrganisationSchema(Shape):
    """An organisation inside something else."""

    slug = Line()
    name = Line()


class WholeOrganisationSchema(OrganisationSchema):
    """An organisation by itself."""

    kind = Choice(OrganisationKind)
    sub_kind = Choice(SubKind, meaning="what sort of partner; null: no partner", allow_none=True)
    code = LineOrNull("of a municipality: its code of the CBS")
    main_place = Line()
    lat = Degrees(attribute="main_lat")
    lon = Degrees(attribute="main_lon")
    email_domain = LineOrNull()
    alert_email = Line(
        "of an adviser: where a recall is mailed beside its people; for its own people and whoever manages organisations",
        get=lambda organisation: organisation.alert_email if may_read_alert_email(current_actor(), organisation) else None,
        optional=True,
    )
    is_active = YesNo("false: it does not take part any more")
    version = Integer()


class OrganisationsSchema(PageSchema):
    """A page of organisations."""

    items = List(Part(WholeOrganisationSchema))


class MeSchema(Shape):
    """Who the token belongs to."""

    name = Line()
    role = Line()
    is_machine = YesNo("true: a machine account")
    scope = Choice(Scope, meaning="what the token is good for")
    token_ends_on = Day("last day on which the token works; null: until it is revoked", allow_none=True)
    organisation = Part(OrganisationSchema, get=lambda actor: {"slug": actor.organisation_slug, "name": actor.organisation_name})
