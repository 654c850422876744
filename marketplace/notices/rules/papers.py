"""How notices read about papers, opinions, later rules, recalls, and lots in a depot."""

from marketplace.kernel.language import Text, _, ngettext
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.letter import REASON, Wording

PAPERS: dict[Notice, Wording] = {
    Notice.PAPER_EXPIRING: Wording(
        _("A paper expires"),
        _("A paper of “%(title)s” is valid until %(until)s"),
        (
            _("It is the paper with number %(number)s."),
            _("After that day the lot cannot be handed over on it. The owner can add a new paper in its place."),
        ),
        (("listing", _("Look at the papers")),),
    ),
}

VERDICTS: dict[str, Text] = {
    "positive": _("positive"),
    "negative": _("negative"),
    "conditional": _("positive, with conditions"),
}
_AT_LISTING = (("advised", _("Read it at the lot")),)
_AT_LIST = (("requirements", _("See what to do for each lot")),)

ADVISING: dict[Notice, Wording] = {
    Notice.OPINION_ASKED: Wording(
        _("For the adviser: an opinion is asked for"),
        _("%(organisation)s asks your opinion of “%(title)s”"),
        (_("Look at the answers, the papers and what the rules say. Your opinion is shown with the lot."),),
        (("advised", _("Give an opinion")),),
    ),
    Notice.OPINION_GIVEN: Wording(
        _("An adviser gave an opinion"),
        _("%(organisation)s gave an opinion of “%(title)s”: %(verdict)s"),
        (_("“%(message)s”"), _("It is shown with the lot. Whoever asks for the lot can read it too.")),
        _AT_LISTING,
    ),
    Notice.GATE_LIFTED: Wording(
        _("A rule was lifted for your lot"),
        _("%(organisation)s lifted a rule for “%(title)s”"),
        (REASON, _("It counts as long as the paper it rests on is there and valid.")),
        _AT_LISTING,
    ),
    Notice.REQUIREMENT_NEW: Wording(
        _("A rule came that your lots do not meet"),
        ngettext(
            "%(num)s of your lots does not meet a new rule",
            "%(num)s of your lots do not meet a new rule",
            0,
        ),
        (
            _("What you offer stays visible until %(until)s. It cannot be reserved where the rule stops that."),
            _("Add what is missing. After that day the bank withdraws what still does not meet the rule."),
        ),
        _AT_LIST,
    ),
    Notice.REQUIREMENT_MISSED: Wording(
        _("The bank withdrew your lot"),
        _("“%(title)s” was withdrawn: it did not meet a rule in time"),
        (REASON, _("Offer it again when it meets the rule.")),
        (("listing", _("Look at the listing")),),
    ),
}

RECALLING: dict[Notice, Wording] = {
    Notice.RECALLED: Wording(
        _("A lot was recalled"),
        _("Recall: “%(title)s” is contaminated"),
        (
            _("%(organisation)s reported this. You have or had a part of this lot, asked for it, or advise about it."),
            REASON,
            _("Do not use it and do not move it any further. What was reserved of it is cancelled."),
            _("Look which lots it is about, and confirm that you know. Check with Omgevingsdienst Twente what to do."),
        ),
        (("recall", _("Look at the recall and confirm")),),
    ),
    Notice.RECALL_FREED: Wording(
        _("A recalled lot is free again"),
        _("“%(title)s” is free again"),
        (
            _("%(organisation)s released it on a paper."),
            REASON,
            _("You may use it again. What the recall took back from the reuse figures stays taken back."),
        ),
        (("recall", _("Look at the recall")),),
    ),
}

OUTCOMES: dict[str, Text] = {  # what an owner says became of a lot that lies with somebody else
    "sold_elsewhere": _("sold outside the bank"),
    "own_use": _("used by its owner"),
    "recycled": _("recycled"),
    "disposed": _("disposed of as waste"),
    "mistake": _("offered by mistake"),
}
_AT_LOT = (("lot", _("Look at the lot")),)
_AT_ARRIVALS = (("arrivals", _("See what is expected")),)
_OBJECT = _("Is that not right? Then ask the keeper of %(depot)s.")

STORING: dict[Notice, Wording] = {
    Notice.LOT_TAKEN_IN: Wording(
        _("Your lot came into a depot"),
        _("%(organisation)s took in %(quantity)s of “%(title)s”"),
        (_("It is yours, and now in %(depot)s. Its page gives its number and its bay."), REASON),
        _AT_LOT,
    ),
    Notice.LOT_COUNTED_DOWN: Wording(
        _("Less of your lot was counted"),
        _("%(organisation)s counted “%(title)s”: %(quantity)s less"),
        (REASON, _OBJECT),
        _AT_LOT,
    ),
    Notice.LOT_WRITTEN_OFF: Wording(
        _("Part of your lot was written off"),
        _("%(organisation)s wrote off %(quantity)s of “%(title)s”"),
        (REASON, _OBJECT),
        _AT_LOT,
    ),
    Notice.LOT_SAID_GONE: Wording(
        _("An owner says what becomes of a lot that you have"),
        _("%(organisation)s offers “%(title)s” no more: %(outcome)s"),
        (
            REASON,
            _(
                "According to the bank you still have %(quantity)s of it. Is it gone? Then book it out or write "
                "it off. Otherwise nothing changes."
            ),
        ),
        _AT_LOT,
    ),
    Notice.ARRIVAL_ANNOUNCED: Wording(
        _("Something is coming to your depot"),
        _("%(organisation)s brings %(quantity)s of “%(title)s” to %(depot)s"),
        (_("It is expected on %(until)s."), _("When it is there you take it in. Only then does it count as stock of the depot.")),
        _AT_ARRIVALS,
    ),
    Notice.ARRIVAL_CALLED_OFF: Wording(
        _("Something does not come to your depot"),
        _("%(organisation)s does not bring %(quantity)s of “%(title)s” to %(depot)s"),
        (_("It was expected on %(until)s, and is off your list."), REASON),
        _AT_ARRIVALS,
    ),
    Notice.ARRIVAL_DECLINED: Wording(
        _("A depot does not expect what you announced"),
        _("%(depot)s does not expect %(quantity)s of “%(title)s” any more"),
        (
            _("A keeper of %(organisation)s took it off the list. You had announced it for %(until)s."),
            REASON,
            _("Is that not right? Then ask the keeper, or announce it again."),
        ),
        _AT_ARRIVALS,
    ),
}
