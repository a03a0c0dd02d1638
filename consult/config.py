"""Settings: one frozen value made at start from the environment, and handed to whoever needs it.

Every setting has a default that works for one machine with no preparation. Secrets are made once and
kept in the instance folder with mode 0600, so that a county needs no secret manager; an environment
variable always wins, so that a city can use one.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet

from consult.errors import Situation

DEFAULT_MAX_BODY = 64 * 1024 * 1024


class WrongSetting(Situation, ValueError):
    """A variable of the environment that cannot be understood, or names a place that cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between one installation and another."""

    instance: Path  #: folder of the database, secrets, uploads in transit and caches
    database_url: str
    secret_key: str  #: signs cookies and challenges
    vault_key: str  #: Fernet key that seals identities; losing it loses them
    site_name: str = "问计"
    organ: str = ""  #: name of the organ; printed only when a person has set it
    contact_unit: str = ""
    contact_address: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    #: Where the site is reached from outside, without a slash at its end: for links in e-mails, calendars and QR codes.
    public_url: str = ""
    smtp_host: str = ""  #: "": e-mails are held in the outbox
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""
    smtp_security: str = "none"  #: "none", "starttls" or "tls"
    #: ``module:callable`` that sends text messages (see consult.notices.delivering); "": they are held in the outbox
    sms_gateway: str = ""
    outbox_days: int = 30  #: how long the outbox knows to whom a message went and what it said (R49)
    #: Addresses of reverse proxies whose X-Forwarded-For is believed (T20). Empty: believe none.
    trusted_proxies: tuple[str, ...] = ()
    secure_cookies: bool = False  #: True behind HTTPS
    max_body_bytes: int = DEFAULT_MAX_BODY  #: largest request body of an upload route
    max_form_bytes: int = 1024 * 1024  #: largest request body of every other route
    challenge: bool = True  #: whether comments without an account need a challenge against robots
    session_idle_minutes: int = 30  #: rule R52
    import_files_days: int = 30  #: long enough to mend an import's rejected records and import them again (R49)
    #: How workers are told of jobs: "table" or "procrastinate" (see consult.jobs.queueing).
    queue: str = "table"
    testing: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)  #: free settings, by upper-case name

    @property
    def cache(self) -> Path:
        """Where tables built from models are kept; ``CONSULT_CACHE`` lets several instances share them."""
        shared = self.extra.get("CACHE", "")
        return Path(shared) if shared else self.instance / "cache"

    @property
    def uploads(self) -> Path:
        """Where files wait, sealed, until a job has read them."""
        return self.instance / "uploads"


def _kept_secret(path: Path, make: type[Fernet] | None) -> str:
    """Read a secret from its file, or make one; two processes starting at once agree on one."""
    if not path.exists():
        value = make.generate_key().decode() if make else secrets.token_urlsafe(48)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _switch(name: str, value: str) -> bool:
    """On unless it is off; nothing else is guessed at. Raises `WrongSetting`."""
    if value.strip().lower() not in ("", "on", "off"):
        raise WrongSetting("CONSULT_%(name)s must be on or off, not %(value)s.", name=name, value=repr(value))
    return value.strip().lower() != "off"


def _message_settings(text: Callable[..., str], number: Callable[..., int]) -> dict[str, object]:
    """What e-mails and text messages need. Raises `WrongSetting` where half of it is missing."""
    security = text("SMTP_SECURITY") or ("starttls" if text("SMTP_STARTTLS") in ("1", "true", "yes") else "none")
    if security not in ("none", "starttls", "tls"):
        raise WrongSetting("CONSULT_SMTP_SECURITY must be none, starttls or tls, not %(value)s.", value=repr(security))
    public_url = text("PUBLIC_URL").strip().rstrip("/")
    if public_url and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", public_url):
        raise WrongSetting("CONSULT_PUBLIC_URL must look like https://consult.example.gov.cn.")
    if text("SMTP_HOST") and not (public_url and "@" in text("SMTP_FROM")):
        # Links in e-mails must never come from what a request says its host is.
        raise WrongSetting("CONSULT_SMTP_HOST needs CONSULT_SMTP_FROM (an address) and CONSULT_PUBLIC_URL as well.")
    return {
        "public_url": public_url,
        "smtp_host": text("SMTP_HOST").strip(),
        "smtp_port": number("SMTP_PORT", {"none": 25, "starttls": 587, "tls": 465}[security], least=1),
        "smtp_user": text("SMTP_USER"),
        "smtp_password": text("SMTP_PASSWORD"),
        "smtp_from": text("SMTP_FROM").strip(),
        "smtp_security": security,
        "sms_gateway": text("SMS_GATEWAY").strip(),
    }


def load_settings(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Settings of this process.

    Reads ``CONSULT_*`` variables. ``overrides`` are fields of `Settings` and win over everything.
    Raises `WrongSetting` when a variable cannot be understood, naming it.
    """
    env = os.environ if environ is None else environ
    instance = Path(str(overrides.pop("instance", None) or env.get("CONSULT_INSTANCE", "instance"))).resolve()
    try:
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WrongSetting(
            "CONSULT_INSTANCE: the folder %(folder)s cannot be made (%(why)s).", folder=instance, why=error.strerror
        ) from None

    def text(name: str, default: str = "") -> str:
        return env.get(f"CONSULT_{name}", default)

    def number(name: str, default: int, least: int = 0) -> int:
        value = text(name).strip() or str(default)
        if not value.isdecimal() or int(value) < least:
            raise WrongSetting(
                "CONSULT_%(name)s must be a whole number from %(least)d on, not %(value)s.",
                name=name,
                least=least,
                value=repr(value),
            )
        return int(value)

    values: dict[str, object] = {
        "instance": instance,
        "database_url": text("DATABASE_URL") or f"sqlite:///{instance / 'consult.sqlite3'}",
        "secret_key": text("SECRET_KEY") or _kept_secret(instance / "secret_key", None),
        "vault_key": text("VAULT_KEY") or _kept_secret(instance / "vault_key", Fernet),
        "site_name": text("SITE_NAME", "问计"),
        "organ": text("ORGAN"),
        "contact_unit": text("CONTACT_UNIT"),
        "contact_address": text("CONTACT_ADDRESS"),
        "contact_phone": text("CONTACT_PHONE"),
        "contact_email": text("CONTACT_EMAIL"),
        "trusted_proxies": tuple(p.strip() for p in text("TRUSTED_PROXIES").split(",") if p.strip()),
        "secure_cookies": text("SECURE_COOKIES") in ("1", "true", "yes"),
        "max_body_bytes": number("MAX_BODY_BYTES", DEFAULT_MAX_BODY),
        "challenge": _switch("CHALLENGE", text("CHALLENGE")),
        "session_idle_minutes": number("SESSION_IDLE_MINUTES", 30),
        "import_files_days": number("IMPORT_FILES_DAYS", 30, least=1),
        "queue": text("QUEUE") or "table",
        "outbox_days": number("OUTBOX_DAYS", 30, least=1),
        **_message_settings(text, number),
        "extra": {k.removeprefix("CONSULT_"): v for k, v in env.items() if k.startswith("CONSULT_")},
    }
    try:
        Fernet(str(values["vault_key"]))
    except ValueError:
        raise WrongSetting("CONSULT_VAULT_KEY is no Fernet key: 32 bytes in URL-safe base64 are wanted.") from None
    values.update(overrides)
    return Settings(**values)  # type: ignore[arg-type]
