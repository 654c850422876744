"""The posting worker dies between any two lines: every letter arrives, and no reader sees one twice."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from config import PROJECT
from marketplace.kernel.db import Database
from marketplace.notices.actions.notify import notify
from marketplace.notices.queries import count_waiting, list_dead_letters
from marketplace.notices.rules.kinds import Notice
from tests.visitors import settle_in

pytestmark = pytest.mark.slow

NOTICES, KILLS = 500, 50  # on each of the two databases
READERS = 10
LATER_S = 360  # a lease is five minutes
PATIENCE_S = 20


class Mailbox:
    """A mail server that keeps what it takes: who reads it, its Message-ID and its subject."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str, str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the name is aiosmtpd's
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append((envelope.rcpt_tos[0], letter["Message-ID"], letter["Subject"]))
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    handler = Mailbox()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


class Nursery:
    """Starts workers one after another, each a process of its own with a clock later than the last one's."""

    def __init__(self, database_url: str, folder: Path, port: int) -> None:
        command = [sys.executable, "-m", "tests.jobs.posting", database_url, str(folder), str(port)]
        self.process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lives = 0

    def begin(self) -> int:
        """The process id of a new worker."""
        assert self.process.stdin and self.process.stdout
        self.lives += 1
        self.process.stdin.write(f"{self.lives * LATER_S}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> int:
        """How the worker ended."""
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()


def test_a_worker_that_is_killed_fifty_times_loses_no_letter_and_repeats_none(
    database_url: str, database: Database, instance: Path, mailbox: tuple[Mailbox, int]
) -> None:
    server, port = mailbox
    with database.transaction() as session:
        people = [settle_in(session, "borne", "coordinator", f"lezer.{number}@borne.example") for number in range(READERS)]
        for number in range(NOTICES):
            reader: dict[str, int | None] = {"person_id": people[number % READERS].id}
            if number % 100 == 0:  # one in a hundred is for the whole organisation
                reader = {"organisation_id": people[0].organisation_id}
            facts = {"reservation_id": 1, "listing_title": f"Partij {number}", "organisation": "Hengelo"}
            notify(session, Notice.COMPLETED, **reader, **facts)  # type: ignore[arg-type]
    expected = NOTICES - NOTICES // 100 + NOTICES // 100 * READERS
    chance, ends = random.Random(4), Counter[int]()
    nursery = Nursery(database_url, instance, port)
    try:
        for kill in range(KILLS):
            worker, arrived = nursery.begin(), len(server.letters)
            if kill % 2:
                wanted, patience = arrived + chance.randrange(12), time.monotonic() + PATIENCE_S
                while len(server.letters) < wanted and time.monotonic() < patience:
                    time.sleep(0.001)
            time.sleep(chance.uniform(0, 0.005 if kill % 2 else 0.06))
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
            ends[nursery.end()] += 1
        before_the_last = len({identity for _reader, identity, _subject in server.letters})
        nursery.begin()
        assert nursery.end() == 0
    finally:
        nursery.close()
    assert ends == {-signal.SIGKILL: KILLS} and before_the_last < expected
    seen = {(reader, identity) for reader, identity, _subject in server.letters}
    assert len(seen) == expected
    assert Counter(identity for _reader, identity in seen).most_common(1)[0][1] == 1
    assert len({(reader, subject) for reader, _identity, subject in server.letters}) == expected
    with database.read() as session:
        assert (count_waiting(session), list_dead_letters(session)) == (0, [])
