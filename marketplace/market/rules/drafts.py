"""Limits of what somebody is still writing of a lot or a demand."""

from datetime import timedelta
from enum import StrEnum

SKETCHES_MAX = 50  # unfinished lots and demands that one person may have
SKETCH_KEPT = timedelta(days=90)  # after the last touch; a draft lot that was made of it stays
ANSWERS_LENGTH_MAX = 20_000  # characters of one such draft


class SketchKind(StrEnum):
    """What somebody is telling of."""

    LISTING = "listing"
    DEMAND = "demand"
