"""Many demonstration pictures at once, drawn and developed on all processors: forty lots in some ten seconds."""

import io
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from marketplace.cli.pictures import draw
from marketplace.kernel.images import Photo, develop


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture is of. `seed` makes two lots of one material look different, for instance the lot's number."""

    material_slug: str
    group: str
    seed: int | str
    title: str = ""


def photo_of(subject: Subject) -> Photo:
    """The drawn picture, developed like an upload."""
    jpeg = io.BytesIO()
    draw(subject.material_slug, subject.group, subject.seed, subject.title).save(jpeg, "JPEG", quality=92)
    return develop(jpeg.getvalue())


def photos_of(subjects: Sequence[Subject]) -> Iterator[Photo]:
    """The photos in the order of the subjects; one process per processor, but none extra for a few."""
    workers = min(os.cpu_count() or 1, len(subjects) // 4, 8)
    if workers < 2:
        yield from map(photo_of, subjects)
        return
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(photo_of, subjects)
