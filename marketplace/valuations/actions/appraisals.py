"""Writing down what somebody appraised a part at."""

from sqlalchemy.orm import Session

from marketplace.accounts.policy import Actor, Can, require
from marketplace.kernel import clock
from marketplace.kernel.units import check_amount
from marketplace.notices.actions import audit
from marketplace.passports.queries.assets import get_item
from marketplace.valuations.models import Appraisal
from marketplace.valuations.rules.appraisals import AppraisalDraft, clean_appraisal


def appraise(session: Session, actor: Actor, *, asset_id: int, number: int, draft: AppraisalDraft) -> Appraisal:
    """Write down an appraisal of a part, beside those before it. The newest day counts where no price does."""
    item = get_item(session, actor, asset_id, number)
    require(actor, Can.KEEP_PASSPORTS, item.asset)
    if draft.quantity is not None:
        check_amount(draft.quantity, item.unit_of)
    draft = clean_appraisal(draft, item.quantity, clock.today(), kg_per_unit=item.kg_per_unit)
    row = Appraisal(
        item_id=item.id,
        value_cents=draft.value_cents,
        quantity=draft.quantity,
        appraiser=draft.appraiser,
        valued_on=draft.valued_on,
        source=draft.source,
        taking_out_cents=draft.taking_out_cents,
        cleaning_cents=draft.cleaning_cents,
        transport_cents=draft.transport_cents,
        entered_at=clock.now(),
        person_id=actor.person_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, action="asset.appraise", object_type="asset", object_id=asset_id, item=number, appraisal=row.id)
    return row
