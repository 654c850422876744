"""What a verb answers when it will not do what was asked. One sentence that says what is so and what to do."""

from dataclasses import dataclass

from marketplace.kernel.language import Text


@dataclass(frozen=True, slots=True)
class FieldError:
    """One sentence at one field. `field` is the name in the draft (snake_case)."""

    field: str
    message: Text


class Refusal(Exception):
    """A refusal in the reader's language. `facts` are the figures that a client may need, such as `available`.

    `cause` is a word for a program; the sentence is for people.
    """

    status = 400
    title = "Refused"
    cause = "refused"

    def __init__(self, message: Text, field: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.facts = facts

    @property
    def errors(self) -> list[FieldError]:
        """The sentences by field; empty when the refusal belongs to no field."""
        return [FieldError(self.field, self.message)] if self.field else []

    def __str__(self) -> str:
        return str(self.message)


class Unreadable(Refusal):
    """What was sent is not in the form that is read here."""

    title = "Bad Request"
    cause = "unreadable"


class Unauthorised(Refusal):
    """The actor is not known."""

    status = 401
    title = "Unauthorised"
    cause = "unauthorised"


class Forbidden(Refusal):
    """Visible, and not allowed."""

    status = 403
    title = "Forbidden"
    cause = "forbidden"


class OutOfScope(Forbidden):
    """Allowed to the owner of the token, and not to this token."""

    cause = "scope"


class Missing(Refusal):
    """Not there, or not visible to the actor: the two answers are the same on purpose."""

    status = 404
    title = "Not found"
    cause = "not-found"


class Conflict(Refusal):
    """The state, the quantity or the version is not what the question supposed."""

    status = 409
    title = "Conflict"
    cause = "state"

    def __init__(self, message: Text, field: str | None = None, **facts: object) -> None:
        super().__init__(message, field, **facts)
        if "changed" in facts:
            self.cause = "version"
        elif "available" in facts:
            self.cause = "quantity"


class Outdated(Conflict):
    """A cursor with which this reader cannot go on."""

    cause = "cursor"


class Taken(Conflict):
    """A name, an address or another thing of which there is one already."""

    cause = "taken"


class Stale(Conflict):
    """The version is not the one that the question named beforehand."""

    status = 412
    title = "Precondition failed"
    cause = "version"


class TooLarge(Refusal):
    """More bytes than are taken."""

    status = 413
    title = "Too large"
    cause = "too-large"


class Invalid(Refusal):
    """Input that cannot be taken as it is; one or more sentences, each at its field."""

    status = 422
    title = "Invalid"
    cause = "invalid"

    def __init__(self, message: Text, field: str | None = None, errors: list[FieldError] | None = None, **facts: object) -> None:
        super().__init__(message, field, **facts)
        self._errors = errors

    @property
    def errors(self) -> list[FieldError]:
        return self._errors if self._errors is not None else super().errors

    @classmethod
    def all(cls, errors: list[FieldError]) -> "Invalid":
        """One refusal out of several sentences; the first one speaks for all."""
        return cls(errors[0].message, errors[0].field, errors)


class TooMany(Refusal):
    """Asked too often; `retry_after_s` says when to come back."""

    status = 429
    title = "Too many requests"
    cause = "too-many-requests"

    def __init__(self, message: Text, retry_after_s: int, **facts: object) -> None:
        super().__init__(message, None, **facts)
        self.retry_after_s = retry_after_s


class Unavailable(Refusal):
    """A disk or a service that this needs does not answer; the rest goes on."""

    status = 503
    title = "Unavailable"
    cause = "unavailable"
