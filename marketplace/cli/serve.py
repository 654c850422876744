"""The embedded server: migrate, demonstration data once, then waitress. The worker of the timetable runs beside it."""

import argparse
import errno
import os
import socket
import sys

from flask import Flask
from waitress.server import create_server

from config import Config, Misconfigured
from marketplace.cli import demo
from marketplace.cli.migrations import one_at_a_time, upgrade

BASE_URL = Config.__dataclass_fields__["base_url"].default
THREADS = 8
PORT_MAX = 65_535
OTHERS = (
    "Other commands: test [--quick] [--durations], db, people, organisations, tokens, materials, jobs, check, ledger, report, restate, plan, "
    "backup, restore, demo, translations, bench; each with --help."
)


def main(arguments: list[str]) -> None:
    requested = options(arguments)
    try:
        config = Config()
    except Misconfigured as refusal:
        sys.exit(str(refusal))
    with listening(requested.host, requested.port) as listener:
        upgrade(config)
        if config.base_url == BASE_URL:  # nobody said otherwise: links in mail lead to where this server listens
            os.environ["BASE_URL"] = address_of(listener)
        from wsgi import app

        with one_at_a_time(config.instance_path):
            from marketplace.cli import reference

            reference.seed_reference(app.extensions["database"])
            if not config.production and not requested.no_demo:
                demo.load(app)
        serve(app, config, listener)


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m marketplace", description="Serve the bank on this machine.", epilog=OTHERS)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
    parser.add_argument("--port", default=8000, type=int, help="port to listen on (8000; 0 takes a free one)")
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    requested = parser.parse_args(arguments)
    if not 0 <= requested.port <= PORT_MAX:
        parser.error(f"a port is a number from 0 to {PORT_MAX}: choose another one")
    return requested


def listening(host: str, port: int) -> socket.socket:
    """Take the socket to answer on, before anything else is done. So a port in use is reported at once, in one sentence."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=1024)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(
                f"Port {port} is in use on {host}. Choose another one, for example: python3 -m marketplace --port {port + 1}"
            )
        sys.exit(f"This machine cannot listen on {host}, port {port}: {error.strerror}.")


def address_of(listener: socket.socket) -> str:
    """Where a browser on this machine finds what listens here."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(app: Flask, config: Config, listener: socket.socket) -> None:
    """Answers until it is interrupted, with the worker in threads beside it."""
    from marketplace.cli import reference
    from marketplace.jobs.waking import embedded

    server = create_server(app, sockets=[listener], threads=THREADS, ident=None)
    with embedded(app):
        print(f"Twentse Materialenbank: {address_of(listener)}", flush=True)
        if demo.is_loaded(app):
            print_accounts(config)
        print_clock(config)
        if reference.has_newer_files(app.extensions["database"]):
            print("Newer materials, fields and rules came with the program. Load them: python3 -m marketplace materials sync")
        print("Stop with Ctrl-C.", flush=True)
        try:
            server.run()
        except KeyboardInterrupt:
            server.close()


def print_clock(config: Config) -> None:
    """Print where the jobs run and where mail goes. Without it somebody waits for a letter that lies in a folder."""
    print("The jobs of the timetable run in this process, every minute.")
    if config.smtp_host:
        print(f"Mail leaves through {config.smtp_host}.")
    else:
        print(f"There is no mail server (SMTP_HOST is empty): mail lands as .eml files in {config.mail_path}.")


def print_accounts(config: Config) -> None:
    print("\nDemonstration accounts, all with the password", config.demo_password)
    for email, meaning in demo.ACCOUNTS:
        print(f"  {email:<48} {meaning}")
    print(flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
