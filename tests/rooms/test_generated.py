"""Made-up rows: as many as asked, all in the catalogue, the same for the same seed, and breaking nothing."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.actions.organisations import seed_region
from marketplace.accounts.policy import ANONYMOUS
from marketplace.bench.generated import generate, has_photos
from marketplace.bench.towns import towns
from marketplace.catalogue.queries.search import search
from marketplace.catalogue.rules.query import CatalogueQuery
from marketplace.exchange.queries.invariants import INVARIANTS
from marketplace.impact.actions.goals import seed_goals
from marketplace.kernel import clock
from marketplace.market.models import Demand, Listing, Photo
from marketplace.market.rules.listing import answer_words, listing_search_text
from marketplace.market.rules.photos import StoredPicture
from marketplace.materials.queries import get_taxonomy
from marketplace.materials.rules.fields import find_missing, read_answers, read_wishes
from tests.factories import seed_taxonomy

PICTURE = StoredPicture(dict.fromkeys(("webp-480", "webp-960", "webp-1600", "jpeg-1200"), (f"{'0' * 64}.webp", 480, 360)))


@pytest.fixture
def bank(session: Session) -> Session:
    seed_taxonomy(session)
    seed_region(session)
    seed_goals(session)
    return session


def test_what_is_generated_is_in_the_catalogue_and_breaks_nothing(bank: Session) -> None:
    generate(bank, list(towns()), listings=200, demands=30, seed=5, picture=PICTURE)
    assert search(bank, ANONYMOUS, CatalogueQuery()).total == 200
    assert bank.scalar(select(func.count()).select_from(Demand)) == 30
    assert bank.scalar(select(func.count()).select_from(Photo)) == 200
    terms = get_taxonomy(bank)
    for listing in bank.scalars(select(Listing)):
        assert listing.search_text == listing_search_text(
            listing.title,
            listing.description,
            terms.material_by_id(listing.material_id),
            answer_words(terms.fields_by_slug, listing.fields),
        )
    assert [breach for _name, question in INVARIANTS if (breach := question(bank))] == []


def test_the_same_seed_gives_the_same_lots_and_the_second_time_shares_the_pictures_that_are_there(bank: Session) -> None:
    for picture in (PICTURE, None):
        generate(bank, list(towns()), listings=20, demands=0, seed=8, picture=picture)
    rows = bank.execute(
        select(Listing.title, Listing.lat, Listing.lon, Listing.quantity, Listing.condition).order_by(Listing.id)
    ).all()
    assert rows[:20] == rows[20:]
    assert has_photos(bank)
    assert bank.scalar(select(func.count(func.distinct(Photo.files)))) == 1


def test_what_is_said_and_asked_of_the_fields_is_what_the_verbs_would_take(bank: Session) -> None:
    generate(bank, list(towns()), listings=200, demands=100, seed=5, picture=PICTURE)
    terms, today = get_taxonomy(bank), clock.today()
    answer_count = 0
    for listing in bank.scalars(select(Listing)):
        material = terms.material_by_id(listing.material_id)
        assert read_answers(material, listing.fields, today=today) == listing.fields
        assert find_missing(material, listing.fields) == []
        answer_count += len(listing.fields)
    wish_count = 0
    for demand in bank.scalars(select(Demand)):
        assert read_wishes(terms.material_by_id(demand.material_id), demand.fields, today=today) == demand.fields
        wish_count += len(demand.fields)
    assert answer_count > 300 and wish_count > 10
