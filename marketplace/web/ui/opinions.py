"""What pages show of opinions and of rules that were lifted."""

from dataclasses import dataclass

from marketplace.accounts.policy import Actor, Can, may
from marketplace.advice.queries.opinions import Given, Lifted, list_lifts, list_opinions
from marketplace.advice.rules.opinions import VERDICT_LABELS
from marketplace.documents.models import OpinionRequest
from marketplace.documents.queries import find_opinion_request
from marketplace.documents.rules import Verdict
from marketplace.kernel.db import Session
from marketplace.kernel.language import Text, _
from marketplace.market.models import Listing
from marketplace.market.rules.listing import ListingStatus
from marketplace.materials.rules.taxonomy import Taxonomy
from marketplace.web.ui.states import Badge

OF_HAZARD = "hazard-"  # begins the rules that follow from the table of hazards
TONES = {Verdict.POSITIVE: "good", Verdict.NEGATIVE: "stop", Verdict.CONDITIONAL: "wait"}


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """An opinion with its word, its tone and the name of its rule."""

    given: Given
    badge: Badge
    about: Text | str


@dataclass(frozen=True, slots=True)
class Opinions:
    """The opinions of one lot as one reader sees them. `request`: the one that waits; `judges`: the reader may give one or lift a rule."""

    rows: list[OpinionRow]
    lifts: list[tuple[Lifted, Text | str]]
    request: OpinionRequest | None
    can_ask: bool
    judges: bool
    reads_all: bool


def opinions_of(session: Session, actor: Actor, listing: Listing, taxonomy: Taxonomy) -> Opinions | None:
    """Gather them for this reader. None for visitors."""
    if not may(actor, Can.READ_OPINIONS, listing):
        return None
    reads_all = may(actor, Can.READ_PAPERS, listing)
    is_open = listing.status in (ListingStatus.DRAFT, ListingStatus.PUBLISHED)
    return Opinions(
        rows=[_row(given, taxonomy) for given in list_opinions(session, actor, listing.id)],
        lifts=[(lifted, rule_name(taxonomy, lifted.lift.rule)) for lifted in list_lifts(session, actor, listing.id)]
        if reads_all
        else [],
        request=find_opinion_request(session, listing.id) if reads_all else None,
        can_ask=is_open and may(actor, Can.EDIT_LISTING, listing),
        judges=is_open and may(actor, Can.LIFT_GATE, listing),
        reads_all=reads_all,
    )


def _row(given: Given, taxonomy: Taxonomy) -> OpinionRow:
    verdict = Verdict(given.opinion.verdict)
    return OpinionRow(given, (VERDICT_LABELS[verdict], TONES[verdict]), rule_name(taxonomy, given.opinion.rule))


def rule_name(taxonomy: Taxonomy, rule: str) -> Text | str:
    """A rule by its name, as the version in use says it; one that is gone by its slug."""
    if not rule:
        return _("The lot as a whole")
    gate = next((gate for gate in taxonomy.gates if gate.slug == rule), None)
    hazard = taxonomy.hazard(rule.removeprefix(OF_HAZARD).replace("-", "_"))
    return gate.name if gate else hazard.name if hazard else rule
