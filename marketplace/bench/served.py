"""One worker on a port of its own, and connections that stay open and keep asking it."""

import http.client
import logging
import multiprocessing
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from marketplace.bench.table import Times

CONNECTIONS = 4
PROCESSOR = "/processor-seconds"  # answered before the app: what the worker's process has used


@contextmanager
def worker(url: str, folder: Path) -> Iterator[int]:
    """The port of the bank's own pages; without a database of a bare Flask answer."""
    spawned = multiprocessing.get_context("spawn")
    port: Queue[int] = spawned.Queue()
    process = spawned.Process(target=_serve, args=(url, folder, port), daemon=True)
    process.start()
    try:
        yield port.get(timeout=60)
    finally:
        process.terminate()
        process.join()


def _serve(url: str, folder: Path, port: "Queue[int]") -> None:
    from flask import Flask
    from waitress.server import create_server

    from marketplace.app import create_app
    from marketplace.bench.bank import settings
    from marketplace.kernel.collecting import collect_less

    app: Flask = create_app(settings(url, folder)) if url else Flask("bare")
    if not url:
        app.add_url_rule("/", "answer", lambda: "<!doctype html><title>.</title>")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)

    def measured(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] != PROCESSOR:
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(time.process_time()).encode()]

    collect_less()
    server = create_server(measured, host="127.0.0.1", port=0, threads=CONNECTIONS)
    port.put(int(server.effective_port))  # type: ignore[union-attr]
    server.run()


def fetch_all(port: int, addresses: Sequence[str], *, etags: bool = False) -> tuple[Times, float]:
    """Each address once, over all connections together: the times, and how many a second. `etags`: as a reader who has the page already."""
    known_etags = _etags(port, set(addresses)) if etags else {}
    taken: list[float] = []

    def connection(mine: Sequence[str]) -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for address in mine:
            began = time.perf_counter()
            client.request(
                "GET", address, headers={"Accept-Encoding": "gzip", **({"If-None-Match": known_etags[address]} if etags else {})}
            )
            answer = client.getresponse()
            answer.read()
            taken.append((time.perf_counter() - began) * 1000)
            if answer.status != (304 if etags else 200):
                raise AssertionError(f"{address}: {answer.status}")
        client.close()

    began = time.perf_counter()
    threads = [threading.Thread(target=connection, args=(addresses[number::CONNECTIONS],)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(taken) != len(addresses):
        raise AssertionError("a connection ended early")
    return Times(sorted(taken)), len(taken) / (time.perf_counter() - began)


def processor_seconds(port: int) -> float:
    """The processor time that the worker has used until now."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    client.request("GET", PROCESSOR)
    used = float(client.getresponse().read())
    client.close()
    return used


def _etags(port: int, addresses: set[str]) -> dict[str, str]:
    client, etags = http.client.HTTPConnection("127.0.0.1", port, timeout=60), {}
    for address in addresses:
        client.request("GET", address, headers={"Accept-Encoding": "gzip"})
        answer = client.getresponse()
        answer.read()
        etags[address] = answer.headers["ETag"]
    client.close()
    return etags
