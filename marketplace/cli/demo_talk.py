"""What the demonstration's people say: questions, and the conversation of a dispute.

One question waits for an answer. Everybody has a phone number; the numbers are made up: 06-5555 is no network's.
"""

from marketplace.accounts.actions.people import change_details
from marketplace.accounts.rules.phones import DetailsDraft, PhoneShown
from marketplace.cli.demo_lots import Cast, Pictures
from marketplace.exchange.queries.reservations import list_reservations
from marketplace.exchange.rules.reservation import ReservationStatus
from marketplace.kernel.db import Session
from marketplace.market.models import Demand, Listing
from marketplace.messages.actions import send
from marketplace.questions.actions import answer, ask

FIRST_NUMBER = 655_551_000
LOTS = (  # lot, who asks, what, who answers and what; nobody: it waits
    ("A01", "borne", "Liggen de stenen op pallets?", "enschede", "Ja, 46 pallets met spanband. U kunt zo laden."),
    ("A05", "waterschap-vechtstromen", "Zijn de tegels schoongemaakt?", "almelo", "Nee, er zit nog wat zand en mos op."),
    ("A05", "losser", "Mogen wij er ook 300 m² van?", "almelo", "Ja, vanaf 100 m² maakt het ons niet uit."),
    ("A02", "losser", "Welke maat hebben de stenen precies?", "hengelo", "21 x 10,5 x 8 cm, gemeten aan tien stenen."),
    (
        "A02",
        "almelo",
        "Zit er nog zand of voegmateriaal aan?",
        "hengelo",
        "Ze zijn droog geveegd. Er zit hier en daar wat mos op.",
    ),
    ("A02", "oldenzaal", "Zijn ze allemaal rood?", "hengelo", "Ja, op een rij witte markeringen na. Die houden wij apart."),
    ("A02", "borne", "Kan er een vrachtwagen met kraan bij komen?", "", ""),
)
DEMANDS = (
    ("V01", "hengelo", "Mogen de stenen ook 7 cm dik zijn?", "borne", "Nee, er rijdt vrachtverkeer over. Het moet 8 cm zijn."),
)
DISPUTE = (  # who, what, and whether with a photo
    ("oldenzaal", "We hebben alles uitgelegd en gemeten: 70 meter. Zie de foto.", True),
    ("dinkelland", "Vreemd, wij laadden er 80. Ik vraag het na bij de chauffeur.", False),
    ("oldenzaal", "Dank. Bellen mag ook, na 14 uur.", False),
)


def load_talk(session: Session, cast: Cast, lots: dict[str, Listing], demands: dict[str, Demand], pictures: Pictures) -> None:
    """Load all of it, after the lots, the demands and the transfers."""
    for number, (key, actor) in enumerate(cast.items()):
        phone_shown = PhoneShown.MEMBERS if key.startswith("coordinator") or number % 3 == 0 else PhoneShown.TRANSFER
        change_details(session, actor, draft=DetailsDraft(phone=f"0{FIRST_NUMBER + number}", phone_shown=phone_shown))
    for code, asker, text, owner, reply in LOTS:
        _ask(session, cast, asker, text, owner, reply, listing_id=lots[code].id)
    for code, asker, text, owner, reply in DEMANDS:
        _ask(session, cast, asker, text, owner, reply, demand_id=demands[code].id)
    [disputed], _total = list_reservations(session, cast["dinkelland"], statuses=(ReservationStatus.DISPUTED,), side="owning")
    for writer, text, has_photo in DISPUTE:
        send(session, cast[writer], reservation_id=disputed.id, text=text, picture=pictures["A21"] if has_photo else None)


def _ask(session: Session, cast: Cast, asker: str, text: str, owner: str, reply: str, **about: int) -> None:
    question = ask(session, cast[asker], text=text, **about)
    if reply:
        answer(session, cast[owner], question_id=question.id, text=reply)
