"""The kinds of notices."""

from enum import StrEnum


class Notice(StrEnum):
    """What people must be told. Each kind has two templates, `templates/mail/<kind>.txt` and `.html`."""

    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"
    RESERVATION_REQUESTED = "reservation_requested"
    RESERVATION_APPROVED = "reservation_approved"
    RESERVATION_REJECTED = "reservation_rejected"
    RESERVATION_CANCELLED = "reservation_cancelled"
    RESERVATION_EXPIRED = "reservation_expired"
    HANDED_OVER = "handed_over"
    COMPLETED = "completed"
    NEW_MATCH = "new_match"
