"""What one is told, and how often it is mailed."""

from operator import itemgetter

from marketplace.accounts.queries.inbox import Message
from marketplace.api.fields import Choice, Integer, Line, Moment, Sentence, YesNo
from marketplace.api.schema import List, PageSchema, Part, Shape
from marketplace.http.notice_text import page_of, sentence_of
from marketplace.http.request import site_address
from marketplace.notices.rules.kinds import CHOOSABLE, MAIL_ONLY, Cadence, Notice, default_cadence


def _url(message: Message) -> str | None:
    place = page_of(message.notice)
    return place and site_address() + place


class NoticeSchema(Shape):
    """One notice."""

    id = Integer(attribute="notice.id")
    kind = Choice((kind for kind in Notice if kind not in MAIL_ONLY), attribute="notice.kind")
    sentence = Sentence(get=lambda message: sentence_of(message.notice))
    created_at = Moment(attribute="notice.created_at")
    read_at = Moment("null: unread", allow_none=True)
    listing_id = Integer(allow_none=True, get=lambda message: message.notice.facts.get("listing_id"))
    demand_id = Integer(allow_none=True, get=lambda message: message.notice.facts.get("demand_id"))
    reservation_id = Integer(allow_none=True, get=lambda message: message.notice.facts.get("reservation_id"))
    url = Line("the page that it is about", allow_none=True, get=_url)


class NoticesSchema(PageSchema):
    """A page of notices, newest first."""

    items = List(Part(NoticeSchema))


class _PreferenceSchema(Shape):
    """A kind, and how often it is mailed."""

    kind = Choice(CHOOSABLE, get=itemgetter(0))
    cadence = Choice(Cadence, get=itemgetter(1))
    is_default = YesNo(get=lambda pair: pair[1] is default_cadence(pair[0]))


class NoticePreferencesSchema(Shape):
    """Every kind that can be chosen."""

    preferences = List(Part(_PreferenceSchema), get=lambda chosen: chosen.items())
