"""Everything that an installation may set, read from the environment once, when the process starts.

A setting is an environment variable; its attribute is the same name in lower case. `Config(base_url=...)` overrides it
(tests, commands). README.md lists every setting with its default and a test holds that list against this file. No figure of
the domain stands here: rules keep their own constants. In production the start is refused when a setting is unsafe.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent
MIN_SECRET_CHARACTERS = 32
YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


class Misconfigured(RuntimeError):
    """A setting that cannot be used; the sentence names the variable and what to set it to."""


def setting(default: Any, meaning: str) -> Any:
    """A dataclass field that the environment may fill; `meaning` is one line for people who install."""
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, kw_only=True, repr=False)
class Config:
    """The settings of one process; frozen, so nobody turns a knob halfway through a request."""

    app_env: str = setting("development", "development, test or production")
    debug: bool = setting(False, "Flask's debugger; refused in production")
    instance_path: Path = setting(Path("var"), "folder for the database, photos, mail and secrets of this installation")
    database_url: str = setting("", "SQLAlchemy URL; empty: a SQLite file in the instance folder")
    database_owner_url: str = setting("", "URL of the role that owns the tables, used by migrations only; empty: DATABASE_URL")
    media_url: str = setting("", "where photos lie: a folder, file:///... or s3://bucket/prefix; empty: in the instance folder")
    secret_key: str = setting("", "signs forms and links; empty: drawn once and kept in the instance folder (not in production)")
    base_url: str = setting("http://127.0.0.1:8000", "where people find the site; links in mail start with it")
    trusted_hosts: tuple[str, ...] = setting(
        (), "host names that are answered, comma separated; empty: any, refused in production"
    )
    proxy_hops: int = setting(0, "number of trusted proxies in front")
    secure_cookies: bool | None = setting(None, "cookies only over https; empty: yes when BASE_URL is https")
    session_idle_minutes: int = setting(30, "minutes without a request after which a session ends")
    session_hours: int = setting(8, "hours after which a session ends in any case")
    smtp_host: str = setting("", "mail server; empty: mail lands as .eml files in the instance folder")
    smtp_port: int = setting(587, "port of the mail server")
    smtp_user: str = setting("", "name at the mail server; empty: no log-in")
    smtp_password: str = setting("", "password at the mail server")
    smtp_tls: str = setting("starttls", "starttls, tls or none")
    mail_from: str = setting("Twentse Materialenbank <noreply@materialenbank.example>", "sender of all mail")
    contact_email: str = setting("beheer@materialenbank.example", "address in security.txt and the API's description")
    demo_password: str = setting("", "password of the demonstration accounts; empty: drawn once and kept in the instance folder")
    pdok_url: str = setting("", "address of PDOK's Locatieserver; empty: places from the offline list only")
    map_tiles_url: str = setting(
        "", "address of map tiles, with {z}/{x}/{y}; empty: our own boundaries only, no foreign requests"
    )
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR")

    def __init__(self, environ: Mapping[str, str] | None = None, **overrides: Any) -> None:
        environ = os.environ if environ is None else environ
        by_name = {item.name: item for item in fields(self)}
        unknown = set(overrides) - set(by_name)
        if unknown:
            raise TypeError(f"Config has no setting {', '.join(sorted(unknown))}")
        for name, item in by_name.items():
            typed = environ.get(name.upper())
            value = overrides[name] if name in overrides else item.default if typed is None else read(name, typed, item.default)
            object.__setattr__(self, name, value)
        self._complete()
        self._refuse_unsafe()

    def __repr__(self) -> str:
        return f"<Config {self.app_env} at {self.instance_path}>"

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    @property
    def testing(self) -> bool:
        return self.app_env == "test"

    @property
    def media_path(self) -> Path:
        """Where photos and papers lie, named by digest."""
        return self.instance_path / "media"

    @property
    def mail_path(self) -> Path:
        """Where mail lands as .eml files when there is no mail server."""
        return self.instance_path / "mail"

    def _complete(self) -> None:
        """Fills what depends on another setting, and keeps this installation's own secrets."""
        instance = Path(self.instance_path)
        object.__setattr__(self, "instance_path", instance if instance.is_absolute() else PROJECT / instance)
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.instance_path / 'materialenbank.sqlite3'}")
        if not self.media_url:
            object.__setattr__(self, "media_url", str(self.media_path))
        if not self.database_owner_url:
            object.__setattr__(self, "database_owner_url", self.database_url)
        if self.secure_cookies is None:
            object.__setattr__(self, "secure_cookies", self.base_url.startswith("https://"))
        if self.production:
            return
        if not self.secret_key:
            object.__setattr__(self, "secret_key", kept_secret(self.instance_path / "secret_key", characters=43))
        if not self.demo_password:
            object.__setattr__(self, "demo_password", kept_secret(self.instance_path / "demo_password", characters=16))

    def _refuse_unsafe(self) -> None:
        if self.app_env not in {"development", "test", "production"}:
            raise Misconfigured(f"APP_ENV is {self.app_env!r}: use development, test or production.")
        if self.smtp_tls not in {"starttls", "tls", "none"}:
            raise Misconfigured(f"SMTP_TLS is {self.smtp_tls!r}: use starttls, tls or none.")
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise Misconfigured(f"LOG_LEVEL is {self.log_level!r}: use DEBUG, INFO, WARNING or ERROR.")
        if not self.production:
            return
        if len(self.secret_key) < MIN_SECRET_CHARACTERS or len(set(self.secret_key)) < 8:
            raise Misconfigured(f"SECRET_KEY must be set in production, to at least {MIN_SECRET_CHARACTERS} random characters.")
        if self.debug:
            raise Misconfigured("DEBUG is on: switch it off in production.")
        if not self.base_url.startswith("https://") or not self.secure_cookies:
            raise Misconfigured(
                "Cookies would travel in the clear: set BASE_URL to the https address and leave SECURE_COOKIES empty."
            )
        if not self.trusted_hosts:
            raise Misconfigured(
                "TRUSTED_HOSTS must name the host names that are answered, for example materialenbank.example.nl."
            )


def read(name: str, typed: str, default: Any) -> Any:
    """The value of a variable in the type of its default; refuses what cannot be read, naming the variable."""
    typed = typed.strip()
    if isinstance(default, bool) or default is None:
        if default is None and not typed:
            return None
        if typed.lower() in YES:
            return True
        if typed.lower() in NO:
            return False
        raise Misconfigured(f"{name.upper()} is {typed!r}: use yes or no.")
    if isinstance(default, int):
        if not typed:
            return default
        if not typed.isascii() or not typed.isdigit():
            raise Misconfigured(f"{name.upper()} is {typed!r}: use a whole number.")
        return int(typed)
    if isinstance(default, tuple):
        return tuple(part.strip() for part in typed.split(",") if part.strip())
    if isinstance(default, Path):
        return Path(typed) if typed else default
    return typed if typed or default == "" or name in {"app_env", "smtp_tls"} else default


def kept_secret(path: Path, *, characters: int) -> str:
    """The secret in this file, drawn at first use; two processes that start together end with the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        drawn = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with open(drawn, "w", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_urlsafe(characters)[:characters])
        try:
            os.link(drawn, path)  # fails when another process was first: then theirs counts
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            if not path.exists():
                drawn.replace(path)
        drawn.unlink(missing_ok=True)
    return path.read_text(encoding="ascii").strip()
