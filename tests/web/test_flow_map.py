"""Arrows on the map of the region: from whom to whom, how wide, and names that do not cover each other."""

from decimal import Decimal

from marketplace.places.queries.region import areas
from marketplace.web.ui.flow_map import LETTER, LINE, THICKEST, THINNEST, Flow, flow_map
from marketplace.web.ui.region_map import units_of

SPOTS = {area.slug: units_of(area.main_point.lat, area.main_point.lon) for area in areas()}


def flow(giver: str, receiver: str, tonnes: int) -> Flow:
    return Flow(giver, receiver, Decimal(tonnes * 1000))


def numbers(path: str) -> list[tuple[float, float]]:
    points = [part.split() for part in path.replace("M", "").replace("Z", "").replace("Q", " ").replace("L", " ").split("  ")]
    flat = [float(number) for point in points for number in point]
    return list(zip(flat[::2], flat[1::2], strict=True))


def test_an_arrow_is_as_wide_as_its_mass_beside_the_largest() -> None:
    drawn = flow_map([flow("borne", "hengelo", 50), flow("wierden", "losser", 100)])
    assert drawn is not None
    largest, half = drawn.arrows  # the heaviest below the others
    assert largest.width == THICKEST
    assert half.width == THINNEST + (THICKEST - THINNEST) / 2


def test_an_arrow_begins_beside_the_giver_and_points_at_the_receiver() -> None:
    drawn = flow_map([flow("wierden", "losser", 100)])
    assert drawn is not None
    (arrow,) = drawn.arrows
    begins, tip = numbers(arrow.line)[0], numbers(arrow.head)[1]
    for spot, town in ((begins, SPOTS["wierden"]), (tip, SPOTS["losser"])):
        assert 10 < ((spot[0] - town[0]) ** 2 + (spot[1] - town[1]) ** 2) ** 0.5 < 40


def test_the_way_back_has_a_line_of_its_own() -> None:
    drawn = flow_map([flow("borne", "hengelo", 5), flow("hengelo", "borne", 5)])
    assert drawn is not None
    assert drawn.arrows[0].line != drawn.arrows[1].line
    bends = {numbers(arrow.line)[1] for arrow in drawn.arrows}
    assert len(bends) == 2


def test_what_stays_within_goes_to_a_partner_or_came_back_is_not_drawn() -> None:
    assert flow_map([]) is None
    assert flow_map([flow("borne", "borne", 5), flow("sloper-bv", "borne", 5), flow("borne", "hengelo", 0)]) is None


def test_no_name_covers_another() -> None:
    drawn = flow_map([flow("borne", "hengelo", 5)])
    assert drawn is not None and len(drawn.towns) == 14
    boxes = [
        (
            town.name_x - len(town.name) * LETTER / 2,
            town.name_y - LINE / 2,
            town.name_x + len(town.name) * LETTER / 2,
            town.name_y + LINE / 2,
        )
        for town in drawn.towns
    ]
    for index, box in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = box[2] <= other[0] + 1 or other[2] <= box[0] + 1 or box[3] <= other[1] + 1 or other[3] <= box[1] + 1
            assert apart, (box, other)
