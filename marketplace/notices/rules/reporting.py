"""How notices read about what municipalities report, and the factors that they hand in."""

from marketplace.kernel.language import _
from marketplace.notices.rules.kinds import Notice
from marketplace.notices.rules.letter import REASON, Wording

_ENTER = (("material_use", _("Enter the material use")),)
_LOOK = (("report", _("Look at the report")),)
_LIST = (("factor_list", _("Look at the list")),)

REPORTING: dict[Notice, Wording] = {
    Notice.REPORT_ASKED: Wording(
        _("A report is asked for"),
        _("The region asks what your municipality used in %(year)s"),
        (_("Enter how much material your municipality put to use in %(year)s. It counts in the goals of the region."),),
        _ENTER,
    ),
    Notice.REPORT_NOT_SUBMITTED: Wording(
        _("A report that is not submitted yet"),
        _("Your municipality has not submitted its report for %(year)s yet"),
        (
            _("The year counts in the goals of the region once it is submitted and adopted."),
            _("Enter what is missing and submit it. You get this reminder once a month until then."),
        ),
        _ENTER,
    ),
    Notice.REPORT_SUBMITTED: Wording(
        _("A report is submitted"),
        _("%(organisation)s submitted its report for %(year)s"),
        (_("Look at it, and adopt it or send it back with a question."),),
        _LOOK,
    ),
    Notice.REPORT_WAITING: Wording(
        _("A report waits for the AO CE"),
        _("The report of %(organisation)s for %(year)s has been waiting since %(since)s"),
        (_("Look at it, and adopt it or send it back with a question."),),
        _LOOK,
    ),
    Notice.REPORT_SENT_BACK: Wording(
        _("Your report is sent back with a question"),
        _("The AO CE has a question about your report for %(year)s"),
        (
            _("“%(question)s”"),
            _("Answer the question or change the report. Then submit it again."),
        ),
        _ENTER,
    ),
    Notice.REPORT_REMARK: Wording(
        _("A message about a report"),
        _("%(writer)s wrote about the report of %(organisation)s for %(year)s"),
        (_("“%(message)s”"),),
        _LOOK,
    ),
    Notice.REPORT_ADOPTED: Wording(
        _("Your report is adopted"),
        _("Your report for %(year)s is adopted"),
        (
            _(
                "The year %(year)s stays as it is from now on, and counts in the public figures. What is booked later counts later."
            ),
        ),
        _LOOK,
    ),
    Notice.FACTORS_HANDED_IN: Wording(
        _("A list of factors is handed in"),
        _("%(organisation)s handed in a list of factors"),
        (_("Look at what would change, and take it into use or say why not."),),
        _LIST,
    ),
    Notice.FACTORS_USED: Wording(
        _("Your list of factors is in use"),
        _("Your list of factors is in use as version %(version)s"),
        (_("Everything from now on is counted with it. What was counted before stays as it is."),),
        _LIST,
    ),
    Notice.FACTORS_DECLINED: Wording(
        _("Your list of factors is declined"),
        _("The AO CE did not take your list of factors into use"),
        (REASON,),
        _LIST,
    ),
}
