"""Questions about lots and demands, and the messages of a transfer."""

from marketplace.api.fields import Integer, Line, LineOrNull, Lines, Moment
from marketplace.api.schema import Dict, List, PageSchema, Part, Shape
from marketplace.api.shapes.organisation import OrganisationSchema
from marketplace.messages.models import Message


class QuestionSchema(Shape):
    """A question about a lot or a demand, and its answer."""

    id = Integer()
    organisation = Part(OrganisationSchema, "who asks")
    asked_by = LineOrNull("name of the colleague who asks; null: of another organisation", get=lambda _question: None)
    text = Lines()
    asked_at = Moment()
    answer = LineOrNull("null: not answered yet")
    answered_at = Moment(allow_none=True)


class QuestionsSchema(PageSchema):
    """A page of questions, oldest first."""

    items = List(Part(QuestionSchema))


def _urls(message: Message) -> dict[str, str]:
    """Where each size of the photo is; nothing without one."""
    return {variant: f"/media/{file['name']}" for variant, file in sorted((message.files or {}).items())}


class MessageSchema(Shape):
    """What one side of a transfer wrote to the other. It never changes."""

    id = Integer()
    organisation = Part(OrganisationSchema, "which side wrote it")
    written_by = LineOrNull("name of the colleague who wrote it; null: of another organisation", get=lambda _message: None)
    text = LineOrNull("null: a photo alone")
    photo = Dict(Line(), "where each size of the photo is; empty: no photo", get=_urls)
    sent_at = Moment()


class MessagesSchema(PageSchema):
    """A page of a conversation, oldest first."""

    items = List(Part(MessageSchema))
