"""One process of many that want the same stone at once. Run by `test_competition.py`, never by itself."""

import threading
from decimal import Decimal
from threading import Barrier

from marketplace.accounts.policy import Actor
from marketplace.exchange.actions.reserve import reserve
from marketplace.exchange.rules.reservation import ReservationDraft
from marketplace.kernel import clock
from marketplace.kernel.db import Database
from marketplace.kernel.errors import Conflict
from marketplace.kernel.units import Quantity, Unit
from marketplace.stock.actions.changing import take_out_lot
from marketplace.stock.rules.handling import Occasion


def ask_at_once(url: str, actor: Actor, listing_id: int, amount: str, threads: int) -> list[str]:
    """What each thread was answered: `held`, `refused`, or the name of what went wrong."""
    database, answers, start = Database(url, pool_size=threads), [], threading.Barrier(threads)

    def ask() -> None:
        start.wait()
        draft = ReservationDraft(Quantity(Decimal(amount), Unit.M2))
        try:
            database.run(lambda session: reserve(session, actor, listing_id=listing_id, draft=draft))
            answers.append("held")
        except Conflict:
            answers.append("refused")
        except Exception as error:
            answers.append("".join(__import__("traceback").format_exception(error))[-1500:])

    askers = [threading.Thread(target=ask) for _ in range(threads)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    database.dispose()
    return answers


def take_out_at_once(url: str, keeper: Actor, lot_id: int, amount: str, start: Barrier) -> str:
    """What a keeper was answered that takes this much out: `out` or `refused`. It begins when all others are ready."""
    database, occasion = Database(url, pool_size=1), Occasion(clock.today(), "de laatste pallet")
    database.run(lambda session: session.connection())
    start.wait(110)
    try:
        database.run(
            lambda session: take_out_lot(session, keeper, lot_id=lot_id, amount=Decimal(amount), pallets=1, occasion=occasion)
        )
        return "out"
    except Conflict:
        return "refused"
    finally:
        database.dispose()
