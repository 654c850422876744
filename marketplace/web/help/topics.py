"""What help says: steps for the three kinds of readers, and the law with its sources."""

from dataclasses import dataclass

from marketplace.kernel.language import Text, _


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a drawing of `help/_pictures.html`, what one does, and what happens then."""

    picture: str
    title: Text
    what: Text


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of reader."""

    slug: str
    picture: str
    title: Text
    lead: Text
    begin: tuple[str, Text]


@dataclass(frozen=True, slots=True)
class Law:
    """What the law asks of one kind of material, what one does here, and where it stands."""

    slug: str
    title: Text
    rule: Text
    here: Text
    sources: tuple[str, ...]
    is_read: bool = True


TOPICS: dict[str, Topic] = {
    "aanbieden": Topic(
        "aanbieden",
        "photo",
        _("You have material left over"),
        _("In four steps it is on the bank. A colleague or a neighbouring municipality collects it."),
        ("/aanbod/nieuw/stap/1", _("Offer a lot")),
    ),
    "zoeken": Topic(
        "zoeken",
        "search",
        _("You need material"),
        _("See what is nearby, or say what you need: then you hear as soon as something fits."),
        ("/aanbod", _("See what is on offer")),
    ),
    "overzicht": Topic(
        "overzicht",
        "figures",
        _("You keep an eye on it"),
        _("For coordinators, the AO CE and the broker of the region: people, progress, and what has to be settled."),
        ("/cijfers", _("See the figures")),
    ),
}
_STEPS: dict[str, tuple[Step, ...]] = {
    "aanbieden": (
        Step(
            "photo",
            _("Take a photo and say what it is"),
            _(
                "One photo is enough. Type what you call it, for example “klinkers”, and how much there is. The bank works out the weight."
            ),
        ),
        Step(
            "place",
            _("Say where it is and when it is free"),
            _(
                "Others see the place by name only. The exact spot is for whoever may collect it. What becomes free later can be reserved now."
            ),
        ),
        Step(
            "agree",
            _("Somebody asks for it: say yes or no"),
            _(
                "What is asked for is held. You have 10 days to answer; after that it is free again. Then you agree on a time to collect."
            ),
        ),
        Step(
            "truck",
            _("Hand it over and say how much went along"),
            _("Measure on the spot and enter the quantity. The receiver confirms it; only then it counts in the figures."),
        ),
    ),
    "zoeken": (
        Step(
            "search",
            _("Search by word, place or map"),
            _("A typing error is no problem. Keep a lot to hear when it changes, or save the search to hear what is new."),
        ),
        Step(
            "list",
            _("Nothing there? Say what you need"),
            _("Place a demand: what, how much, where and before when. As soon as something fits, both sides get a message."),
        ),
        Step(
            "figures",
            _("About to buy new? First the bank"),
            _(
                "Say what you are about to buy. You get a dated memo for your file: what fits, what nearly fits, or that there is no suitable supply."
            ),
        ),
        Step(
            "agree",
            _("Reserve what you need"),
            _(
                "The whole lot or a part. It is held for you at once, and the owner has 10 days to answer. Too little left? Choose the waiting list."
            ),
        ),
        Step(
            "truck",
            _("Collect it and confirm what you received"),
            _(
                "After approval you see the exact place and whom to call. Is the quantity not right? Then say so, and agree on it together."
            ),
        ),
    ),
    "overzicht": (
        Step(
            "people",
            _("Invite colleagues"),
            _("A coordinator invites the people of the own organisation, and ends the access of whoever leaves."),
        ),
        Step(
            "list",
            _("Report what was used"),
            _(
                "Once a year a municipality reports how much material it used and where that came from. What came through the bank is already counted."
            ),
        ),
        Step(
            "figures",
            _("Read the figures"),
            _(
                "Tonnes, carbon and kilometres, for the region and for each municipality. Every figure leads to the exchanges that it is made of."
            ),
        ),
        Step(
            "agree",
            _("Settle what two sides do not agree on"),
            _(
                "The broker of the region sees disputes and hand-overs that nobody confirmed, and decides where the two sides do not come to terms."
            ),
        ),
    ),
}
LAWS: tuple[Law, ...] = (
    Law(
        "asbest",
        _("Asbestos"),
        _("Products with asbestos may not be offered or used again."),
        _(
            "Is asbestos suspected? Say so at the lot, or choose “unknown”. Do not saw or break it, and have it looked at before anybody collects it."
        ),
        ("Productenbesluit asbest",),
        is_read=False,
    ),
    Law(
        "teer",
        _("Asphalt with tar"),
        _(
            "Asphalt with more than 75 mg PAK-10 in a kilogram of dry matter is hazardous waste (Eural 17 03 01*). It may not be used again."
        ),
        _("A marker that shows nothing proves little: only an analysis does. Without an analysis the answer is “unknown”."),
        ("afvalcirculair.nl, teerhoudend asfaltgranulaat", "bodemrichtlijn.nl"),
    ),
    Law(
        "steen",
        _("Stone and concrete for another owner"),
        _(
            "Stony building material that goes to another owner needs an environmental declaration, such as an inspection of the lot."
        ),
        _("Ask the environmental service when you have none. Keep the paper with the lot."),
        ("ilent.nl, bouwstoffen",),
    ),
    Law(
        "grond",
        _("Soil"),
        _(
            "Soil needs a quality class with a proof. It must be at least as good as the soil where it goes, and fit for what happens there."
        ),
        _("Sand for filling and bedding is soil too. Two lots of soil are never joined to one."),
        ("odwh.nl", "iplo.nl"),
    ),
    Law(
        "creosoot",
        _("Wood with creosote"),
        _("Wood that was treated with creosote, such as old sleepers, may not be brought on the market again."),
        _("You see or smell it. Do not offer it to others."),
        ("REACH (EG) 1907/2006, Annex XVII, 31",),
        is_read=False,
    ),
    Law(
        "afval",
        _("Waste, or material?"),
        _(
            "Since 30 December 2025 the Circular Materials Plan (CMP) says how authorities judge material and waste. "
            "It took the place of the national waste plan LAP3. Where a text still names LAP3, read the CMP."
        ),
        _("Ask the environmental service when you do not know whether something counts as waste, before anybody collects it."),
        ("circulairmaterialenplan.nl", "duurzaam-ondernemen.nl, 4 december 2025"),
    ),
    Law(
        "privacy",
        _("Data of people"),
        _(
            "Whoever keeps data of people needs a reason for it. Here that is a public task: using material again (GDPR, article 6, paragraph 1, under e)."
        ),
        _(
            "Names, numbers and addresses are shown only to those who need them for a transfer. The privacy "
            "page tells you everything that is kept."
        ),
        ("AVG, artikel 6 lid 1 onder e",),
    ),
)


def steps_of(slug: str) -> tuple[Step, ...]:
    """The steps of one kind of reader."""
    return _STEPS[slug]
