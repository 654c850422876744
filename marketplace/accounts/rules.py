"""What the words of accounts mean: kinds of organisations, roles, and the limits of sessions, passwords and invitations."""

from datetime import timedelta
from enum import StrEnum


class OrganisationKind(StrEnum):
    """A municipality, a partner (company, housing corporation, water board) or the region itself."""

    MUNICIPALITY = "municipality"
    PARTNER = "partner"
    REGION = "region"


class Role(StrEnum):
    """What a person does in the one organisation they belong to. `reviewer` is the AO CE, `admin` the platform's."""

    PROJECT_LEADER = "project_leader"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"
    ADMIN = "admin"


REGION_SLUG = "regio-twente"
SESSION_IDLE = timedelta(minutes=30)
SESSION_LIFETIME = timedelta(hours=8)
INVITATION_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(hours=1)
PASSWORD_LENGTH_MIN = 12
PASSWORD_LENGTH_MAX = 200
FAILURES_ALLOWED = 10
FAILURES_WINDOW = timedelta(minutes=15)
IDEMPOTENCY_LIFETIME = timedelta(hours=24)
