"""What changed in each version of the API, and how long a version stays. The page `/api/v1/changelog` tells both.

A change that a client can notice gets its line here, and raises API_VERSION: the last figure for a mend, the middle one for what is new.
"""

from dataclasses import dataclass
from datetime import date

from marketplace.kernel.language import Text, _


@dataclass(frozen=True, slots=True)
class Version:
    """One version: when it came, and what a client notices of it."""

    number: str
    came_on: date
    changes: tuple[Text, ...]


CHANGES = (
    Version(
        "1.7.0",
        date(2026, 11, 29),
        (
            _("New: the papers of a part of an asset (/assets/{id}/items/{n}/papers)."),
            _(
                "New: the tree of a lot (/lots/{id}/tree) names everybody who owned or had each lot with the days (had), and a recall says of everybody "
                "who was told from when until when they had it (hadSince, hadUntil)."
            ),
            _(
                "New: what several municipalities need together (/joint-needs), and of one material what the bank covers, what is left to buy, a clause about "
                "the farthest transport and the European thresholds (/joint-needs/{material}, also as paper.pdf and needs.csv)."
            ),
            _(
                "New: the regional plan (/plans), its lines with why each stands there (/plans/{id}/lines), and asking for, offering or refusing a "
                "line (/plans/{id}/lines/{n}/request and refuse)."
            ),
            _(
                "New: what a plan leaves over and what would help (/plans/{id}/gaps), needs that several lots serve (/plans/{id}/combined), loads that "
                "go each other’s way (/plans/{id}/rounds), two plans beside each other (/plans/{id}/changes/{before}), and what following did "
                "(/plans/followed)."
            ),
            _(
                "New in the regional plan: ways through a depot, with the day, how long it waits and what that costs of each line (journey, way), "
                "what a plan costs (cost), and a plan that keeps the cost low (objective cost). Whoever asks for soil says the classes of the place."
            ),
            _(
                "New: the settlement of a quarter of a depot with its rows and sums (/depots/{id}/settlement), what lying there has cost so far by "
                "organisation (/depots/{id}/costs), and what comes and goes in a week (/depots/{id}/week)."
            ),
            _(
                "New: depots that hold more than fits, or lots too long (/depots/warnings, /depots/{id}/warnings). What comes into a full depot says so "
                "in its answer (depotWarnings)."
            ),
            _(
                "New: a lot that has a number is announced to a depot by it (lot and announcedLot of /depots/{id}/arrivals). Its keepers are told; "
                "whoever announced something is told when a keeper calls it off."
            ),
            _(
                "Stricter: what is on offer within its own organisation only is not proposed or offered to others, and what is planned as supply is "
                "not taken out of a part (409). What comes back of a listing that is closed to others is closed too."
            ),
            _(
                "Changed: the language that a client prefers is spoken, in whatever region (en-GB). The outlook leaves out listings that are over or "
                "stale. Tokens that have ended take no room."
            ),
            _(
                "Stricter: no listing or demand weighs more than 2 million tonnes, and no transfer more than 100 000, by the list of materials or by the "
                "weight that was given (422)."
            ),
            _(
                "Stricter: a day or moment that is sent lies between 1990 and the end of the thirtieth year from now, as on a form, and a name stands in "
                "an object once (422)."
            ),
            _(
                "Stricter: what happened to a part of an asset makes it no more than a new part may be: over 20 000 tonnes asks for confirmUnusual, over a "
                "million tonnes is refused (422)."
            ),
            _(
                "Stricter: no price is more than € 10 000 for a kilogram: priceCentsPerUnit, purchasePriceCents and a table of prices (422)."
            ),
            _(
                "Stricter: a change of an asset (PATCH /assets/{id}) names the version that was read, as that of a listing does: 422 without, 409 with "
                "what changed since, 412 where If-Match names another."
            ),
            _("Stricter: calling off what was announced to a depot says why (reason, 422). The other side reads it."),
            _(
                "New: filters of /statistics by words (q) and by a place and a radius (near or place, radiusKm), as /exchanges has them; for the region."
            ),
            _(
                "Changed: mine and status of /listings and /demands narrow for everybody. Without a token, or for whoever has no listings of their own, "
                "mine gives nothing, and of the states only what is published or open is found. Before, the whole catalogue came."
            ),
            _(
                "Stricter: only a keeper moves something into a depot (403). A listing, a transfer or a return that names a depot which you do not keep "
                "lies before it, with depot null, and is announced there until a keeper takes it in."
            ),
            _(
                "Stricter: ending a listing leaves a lot that lies in a depot which you do not keep, or with another organisation, where it is. They are "
                "told the outcome and book it out."
            ),
            _(
                "Stricter: of a listing whose lot lies in a depot or with another organisation, quantity, unit, depot and place are changed by whoever has "
                "the lot (409), and kgPerUnit is the weight of the lot (422). So it is with a draft of a lot in stock."
            ),
            _(
                "Stricter: a depot is asked wherever something comes into it: whether it is open (409), and takes this material and of this organisation "
                "(422). Of what was announced no more comes in than measuring explains. No lot weighs more than 100 000 tonnes (422)."
            ),
            _(
                "Stricter: what is blocked comes back to nobody and is offered to nobody (409). A finding is not from before the lot, and a release needs a "
                "paper from after the block (422)."
            ),
            _("Stricter: a day in a depot (movedOn) lies in a quarter that is not closed: until 60 days after its end (422)."),
            _(
                "Stricter: an opinion (isCurrent) and a lifted rule (counts) are about what a listing said then, and fall when its owner changes the "
                "material or an answer that a rule looks at."
            ),
            _(
                "Stricter: sand is judged as soil; soil with more PFAS than agriculture/nature takes is not reserved for such a place "
                "(soil-pfas-destination); the destination of soil that was reserved stays (409); a day among the fields is not in the future."
            ),
        ),
    ),
    Version(
        "1.6.0",
        date(2026, 11, 28),
        (
            _(
                "New: passports. What is owned and where it stands (/assets), of which materials (/assets/{id}/items) and what happened to those, "
                "and how much a municipality owns or maintains in all (/owned-mass/{year})."
            ),
            _("New: the passport of an asset as a paper, with a code that opens its page (/assets/{id}/passport.pdf)."),
            _(
                "New: what materials in assets are worth. Tables of prices (/price-tables), appraisals of a part, valuations of all that an "
                "organisation owns with a line for each part (/valuation-runs), and the statement of a year (/material-value)."
            ),
            _(
                "New: assets and their parts from a sheet or a map (/imports/passports), with names of materials that are explained once "
                "(/imports/{id}/codes) and a choice for what stands there already (existing)."
            ),
            _(
                "New: listings of what is not there yet (planned), with the period in which it comes free (earliest, latest) and how sure that is "
                "(certainty). Their availableFrom and availableUntil are that period, and may be left out when they are made."
            ),
            _(
                "New: the catalogue, saved searches and the matches of a demand are asked for what is there or what is planned (supply)."
            ),
            _("New: what comes free and what is needed in the coming sixteen quarters (/outlook, /outlook.csv)."),
            _(
                "New: a part of an asset becomes a planned lot (/assets/{id}/items/{n}/release), and what came by a transfer becomes a part "
                "of an asset of the receiver, used once more (exchange)."
            ),
            _(
                "New: what is planned is reserved on the condition that it comes free in its period (agreedEarliest, agreedLatest). Its days move with a "
                "reason (/listings/{id}/dates); then every holder agrees or lets go (confirmUntil, /reservations/{id}/confirm-dates, decline-dates)."
            ),
            _("New: how often plans came in the period that was first said, by organisation (/plans/reliability)."),
            _("New: saying that what was planned is there, as measured (/listings/{id}/come-free)."),
            _(
                "New: whoever once owned or had a lot, or has some of it without having confirmed, reads where it went (/lots/{id}, /lots/{id}/tree) and "
                "recalls it (/lots/{id}/block). What is its owner's own is null for them: bay, pallets, inDepotSince, listing, chain and cost."
            ),
            _(
                "New: what was handed over of a lot and is not confirmed stands in its tree (unconfirmed, and receivers with isConfirmed), and whoever has it "
                "is told of a recall as holder."
            ),
            _(
                "New: each movement of a lot says what one unit weighed (kgPerUnit). What was handed over weighs with its receiver what both agreed, as the "
                "ledger says, and what comes back is offered with that weight."
            ),
            _(
                "Changed: soil and sand become more by counting or measuring only as far as the tolerance of the lot that they came from allows, parts "
                "together. A blocked lot is counted neither up nor down (409)."
            ),
            _(
                "Changed: what a recall took back in the ledger has not come back. Once the lot is free again it can be returned (/reservations/{id}/return), "
                "and only the way back is booked. Where nothing is left with the receiver the refusal (409) says so."
            ),
            _(
                "Changed: cents of lying in a depot are rounded once for each lot, owner, price and quarter. So figures, settlements and the cost of a lot "
                "add up to the cent."
            ),
            _(
                "New: a listing may be for its own organisation only (toOthers of publish, closedToOthers) until it is opened to others "
                "(/listings/{id}/open)."
            ),
            _(
                "New: the posts of a RAW contract from a sheet (/imports/raw), with what is said once for all of them (/imports/{id}/given), and "
                "what contracts say will leave (/outflow-estimates)."
            ),
            _(
                "A sheet of more than 2 000 rows is read and judged by a long task: it is loaded with the status reading and that task (taskId), and "
                "a step with it answers the same. What failed or was cancelled is read again (/imports/{id}/read)."
            ),
        ),
    ),
    Version(
        "1.5.0",
        date(2026, 11, 28),
        (
            _(
                "New: what a depot says of itself: its hours, its bays, how much fits, what it takes and from whom, the longest stay, who keeps it, "
                "and what lying there costs (/depots, /depots/{id}/rates). A depot is closed and opened again by a step of its own."
            ),
            _(
                "New: lots, with every movement of them (/lots). Whoever keeps a depot takes in (/depots/{id}/lots), "
                "moves, splits, counts, takes out and writes off."
            ),
            _("New: what depots save and cost in a period (/depots/figures)."),
            _("New: what is going to come to a depot is announced, and taken back (/depots/{id}/arrivals)."),
            _("New: the lot that a listing offers (lot), and why its quantity was corrected (correctionReason)."),
            _("New: photos of a lot (/lots/{id}/photos), and labels with its number and a code, as a PDF (/lots/labels.pdf)."),
            _("New: a reservation goes to a depot, and what comes back goes to one or stays with the receiver (depot, stays)."),
            _(
                "New: rows of the ledger name the lot and why something was taken back or driven (lotId, cause, recallId). A leg of a lot "
                "belongs to no transfer: its listingId and reservationId are null."
            ),
            _(
                "New: one row of the ledger (/exchanges/{seq}). A transfer that went through a depot tells all its legs (journey), and what is "
                "saved with and without processing."
            ),
            _(
                "New: recalls. A lot is blocked with all that came from it (/lots/{id}/block), set free on a paper (/lots/{id}/unblock), "
                "and traced to whoever has it (/lots/{id}/tree); who was told confirms (/recalls/{id}/confirm)."
            ),
            _(
                "New: an address at which a calendar follows what comes to a depot and leaves it (/depots/{id}/calendar, calendarAddress)."
            ),
            _("New: the address of an adviser at which a recall is mailed, and of a recall where it was (alertEmail)."),
            _(
                "New: what lies too long in a depot is offered to the chain (/lots/{id}/offer-to-chain, chain); two sorts of partners belong to it "
                "(demolition, processor)."
            ),
            _("New: papers of a lot itself (/lots/{id}/papers); such a paper has lotId, and its listingId is null."),
        ),
    ),
    Version(
        "1.4.0",
        date(2026, 11, 28),
        (
            _(
                "New: what is asked of each material (/materials/{slug}), and its answers on listings and wishes on demands (fields). "
                "The document describes the fields that are in use."
            ),
            _(
                "New: searching the bank before something is bought, with the stock of that day, what was done then, and the paper of it (/memos)."
            ),
            _(
                "New: a sheet of lots becomes drafts (/imports/listings), with a column for each field of the materials (fields.<slug>)."
            ),
            _("New: the dossier of continued use of a transfer, as a PDF (/reservations/{id}/dossier.pdf)."),
            _(
                "New: which version of the list said what of a material (/materials/{slug}/versions), and lists of figures that make a version (/factor-lists)."
            ),
            _(
                "New: listings and saved searches by what owners answered (field), with counts per field (fieldFacets) "
                "and how many say nothing of it."
            ),
            _(
                "New: what of a match is not known of the fields that its demand asks for (doubts). Such a match comes after the others."
            ),
            _("New: a near miss may be an answer that does not fit (kind field)."),
            _(
                "New: what the rules say of a listing and of a reservation, each with its source (gates); a refusal names the rules that stop it. "
                "Where soil goes is said with a reservation (receivingSoil, functionClass)."
            ),
            _(
                "Stricter: what a rule stops is not published, reserved or handed over: asphalt without an analysis, soil without its class, "
                "stone to another owner without an environmental declaration."
            ),
            _(
                "New: papers of a listing, as PDF or picture, for those who may read them (/listings/{id}/papers, /papers/{id}/file), "
                "and the kinds of papers (/paper-kinds)."
            ),
            _(
                "New: opinions of advisers on listings (/listings/{id}/opinions), asking for one (/opinion-requests), rules that are lifted on a paper "
                "(/listings/{id}/lifts), and listings that a later rule stops (/requirements)."
            ),
        ),
    ),
    Version(
        "1.3.0",
        date(2026, 11, 28),
        (
            _(
                "New: the ledger as JSON lines (/ledger.jsonl); both files have all that was hashed, so that anybody can check a copy."
            ),
            _(
                "New: goals of some municipalities, and per figure whether it is adopted, of how many inhabitants, of whose material use, "
                "the path still to go and the change over the same municipalities; the setting of how many inhabitants (/goals/coverage)."
            ),
            _("Stricter: without a token goals are of adopted years only."),
            _("New: annual reports that were published, each with its files and their SHA-256, and publishing one (/reports)."),
            _("New: what was decided about each goal, by whom and when, and recording a decision, looser or tighter (/goals)."),
            _(
                "New: a reported year is a concept until it is submitted, reviewed and adopted, or sent back with a question (/material-use/{year})."
            ),
            _("New: every version of a reported year stays and can be read (/versions). An adopted year never changes."),
            _("New: rows of a reported year say whose material it is (scope) and whether it comes in, stays or leaves (flow)."),
            _(
                "New: figures take `through`, `between` and `withoutBulk`, and say low, high, coverage, and whether they are adopted (/statistics)."
            ),
            _(
                "New: a row of the ledger says how sure its carbon factor is, between which ends, what a purchase would have cost, and the way it came."
            ),
            _(
                "New: a transfer is taken back in the ledger with a reason (/exchanges/{seq}/reverse), and rows that lack something are found (lacks)."
            ),
            _("New: a report says what looks odd in it (findings), and takes an explanation of that."),
            _(
                "New: sheets of material use and of waste notifications are sent, put right, applied and taken back (/imports); the outflow (/outflow)."
            ),
        ),
    ),
    Version(
        "1.2.0",
        date(2026, 11, 28),
        (
            _(
                "New: words with a typing error find what they mean, and correctedQuery says so; literal=true searches for them as they stand."
            ),
            _("New: lots that you keep (favourites), with a notice when one changes or goes."),
            _("New: a lot that is closed or withdrawn may be a mistake, or come later. Neither is counted as lost supply."),
            _("Stricter: a day of a lot, a demand or a saved search lies between 1990 and thirty years from now."),
            _(
                "New: statistics by giver and receiver for the region (byPair), what stayed within an organisation, and the average road."
            ),
            _("New: rows of the ledger by giver, receiver and the months in which they count (fromOrganisation, fromMonth)."),
            _("New: questions about listings and demands, with their answers, and the conversation of a reservation."),
            _("New: your own name, language and phone number, and who sees that number (/people/me)."),
            _("New: which municipalities have not reported a year, and asking one to; reminding the sides of a transfer."),
            _(
                "New: demands are sorted (sort), found by the name of the material, and filtered by what your own lots fit (fits); offers on demands."
            ),
        ),
    ),
    Version(
        "1.1.0",
        date(2026, 11, 28),
        (
            _("New: organisations, long tasks, ways to drive, and materials that may serve for another."),
            _(
                "New: a request says whether it is used as it is, and for what it was made for or better; the note follows from that."
            ),
            _("New: other terms for one transfer, a hand-over that is booked late, and an objection to a no-show."),
            _("New: the ids of your own system (externalId), when something changed (updatedAt), and If-Match with the ETag."),
            _("New: filters on demands, on rows of the ledger and on its figures."),
            _("New: what has changed since a cursor (updatedSince), and what is gone, for a system that keeps a copy."),
            _("New: tokens that only read, act for one organisation or end on a day, and machine accounts."),
            _("A problem tells its cause in type: two refusals with the same status can be told apart."),
            _("Stricter: a query parameter that is not known here is refused with 422, where it was passed over before."),
            _(
                "The document is there in Dutch and in English, tells every limit, and pages of other sites may read what is public."
            ),
        ),
    ),
    Version(
        "1.0.0",
        date(2026, 11, 25),
        (_("The first version: listings, demands, matches, reservations, the ledger, its figures and the goals."),),
    ),
)
DEPRECATION = (
    _("From version 1.1.0 on nothing is taken away within a version: a program that works keeps working."),
    _("New properties and words may come at any time. Pass over those that your program does not know."),
    _("A change that would break programs becomes a version of its own, with its own number in the address: /api/v2."),
    _("The version before it then stays for at least one year. This page names the day on which it ends."),
    _("What will go is marked as deprecated in the document, and stands on this page with its last day, a year before."),
)
