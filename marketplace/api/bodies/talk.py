"""What is taken of a question, an answer and a message."""

from marketplace.api.fields import Lines
from marketplace.api.schema import Body
from marketplace.messages.rules import MESSAGE_LENGTH_MAX
from marketplace.questions.rules import ANSWER_LENGTH_MAX, QUESTION_LENGTH_MAX


class QuestionBody(Body):
    """A question. Every member reads it."""

    text = Lines("without phone numbers and mail addresses", required=True, longest=QUESTION_LENGTH_MAX)


class AnswerBody(Body):
    """The one answer to it."""

    text = Lines("without phone numbers and mail addresses", required=True, longest=ANSWER_LENGTH_MAX)


class MessageBody(Body):
    """A message to the other side of a transfer."""

    text = Lines(required=True, longest=MESSAGE_LENGTH_MAX)
