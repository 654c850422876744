"""The papers of lots as files: taken from a form, and given to whoever may read them."""

from typing import cast

from flask import Response, current_app
from werkzeug.datastructures import FileStorage

from marketplace.accounts.policy import Actor
from marketplace.documents.actions import Taken, store_file
from marketplace.documents.queries import missing_paper
from marketplace.dossiers.queries import get_readable_paper
from marketplace.kernel.db import Session
from marketplace.kernel.files import Media
from marketplace.kernel.pdfs import MAX_UPLOAD_BYTES
from marketplace.kernel.text import fold
from marketplace.materials.queries import get_taxonomy

LONGEST_NAME = 60


def take_file(sent: FileStorage) -> Taken:
    """An uploaded file, looked through and stored. Before any transaction: it takes a while."""
    return store_file(media(), sent.stream.read(MAX_UPLOAD_BYTES + 1), sent.filename or "")


def media() -> Media:
    """Where files lie."""
    return cast(Media, current_app.extensions["media"])


def paper_file_answer(session: Session, actor: Actor, paper_id: int, suffix: str = "") -> Response:
    """The file of a paper. Kept by nobody on the way and by no browser: who may read it changes with a reservation."""
    paper = get_readable_paper(session, actor, paper_id)
    if not paper.file.endswith(suffix):
        raise missing_paper()
    words = [get_taxonomy(session).name_of_paper_kind(paper.kind), paper.number]
    name = "-".join("-".join(part for part in fold(text).replace("'", "").split()) for text in words if text)
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-.") else "-" for sign in name)[:LONGEST_NAME].strip(
        "-."
    )
    with media().open(paper.file) as file:
        answer = Response(file.read(), content_type=paper.media_type)
    answer.headers["Content-Disposition"] = f'inline; filename="{safe}{paper.suffix}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
