"""A made-up declaration for the demonstration, so that stone may go to another owner."""

from datetime import timedelta

from marketplace.accounts.policy import Actor
from marketplace.cli.demo_lots import Cast
from marketplace.documents.actions import add_paper
from marketplace.documents.rules import PaperDraft, StoredFile
from marketplace.dossiers.actions import add_item_paper
from marketplace.kernel import clock
from marketplace.kernel.db import Session
from marketplace.kernel.files import Media
from marketplace.kernel.language import DEFAULT_LOCALE, reading_in
from marketplace.market.models import Listing
from marketplace.market.queries.gates import list_findings
from marketplace.materials.rules.gates import Moment
from marketplace.sheets import pages

DECLARATION = "batch-inspection"
VALID_DAYS = 3 * 365
UNDECLARED = ("A02", "A19")


def store_declaration(media: Media) -> StoredFile:
    """Make the paper and store it. Done before any transaction begins."""
    words = "Dit is geen echte partijkeuring. Het papier hoort bij de gegevens van de demonstratie."
    paper = pages.Paper(
        title="Partijkeuring (demonstratie)",
        description="Een verzonnen partijkeuring.",
        header="Twentse Materialenbank",
        footer="Verzonnen, zonder waarde",
        made_on=clock.today(),
        parts=[pages.lead(words)],
    )
    with reading_in(DEFAULT_LOCALE):
        content = pages.pdf(paper)
    return StoredFile(media.put(content, ".pdf"), pages.MEDIA_TYPE, len(content))


def declare(session: Session, owner: Actor, listing: Listing, file: StoredFile) -> None:
    """Add the declaration to a lot that needs one."""
    needed = [
        finding
        for finding in list_findings(session, listing)
        if finding.blocks(Moment.HAND_OVER) and DECLARATION in finding.paper_kinds
    ]
    if not needed:
        return
    issued = clock.today() - timedelta(days=20)
    number, until = f"DEMO-{listing.id:03d}", issued + timedelta(days=VALID_DAYS)
    draft = PaperDraft(DECLARATION, issued, number, "Keurlab Demonstratie", until)
    where = {"listing_id": listing.id, "organisation_id": listing.organisation_id}
    add_paper(session, owner, **where, draft=draft, file=file, is_proof=True)


def declare_part(session: Session, keeper: Actor, asset_id: int, file: StoredFile) -> None:
    """Add it to the first part of a passport."""
    issued = clock.today() - timedelta(days=40)
    draft = PaperDraft(DECLARATION, issued, "DEMO-PASPOORT", "Keurlab Demonstratie", issued + timedelta(days=VALID_DAYS))
    add_item_paper(session, keeper, asset_id=asset_id, number=1, draft=draft, file=file)


def declare_all(session: Session, cast: Cast, lots: dict[str, Listing], file: StoredFile) -> None:
    """Add it to the lots on offer that need one, but for those that show what is asked then."""
    owners = {actor.organisation_id: actor for key, actor in cast.items() if "." not in key}
    for number, listing in lots.items():
        if number not in UNDECLARED:
            declare(session, owners[listing.organisation_id], listing, file)
