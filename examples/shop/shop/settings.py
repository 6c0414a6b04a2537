"""What the environment says about this process."""

import os
from dataclasses import dataclass
from functools import cache

MIN_SECRET_BYTES = 32  # RFC 7518, 3.2: a key at least as long as the hash


class SettingsError(Exception):
    """The environment is incomplete or wrong; the operator must act."""


@dataclass(frozen=True)
class Settings:
    """Everything that differs between two places where the shop runs."""

    database_url: str
    jwt_secret: str
    pool_size: int = 5
    access_token_s: int = 15 * 60
    refresh_token_s: int = 14 * 24 * 3600


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise SettingsError(f"the environment variable {name} is not set")
    return value


def database_url() -> str:
    """DATABASE_URL, with the driver that the shop uses."""
    scheme, found, rest = _required("DATABASE_URL").partition("://")
    if not found or scheme not in ("postgresql", "postgres"):
        raise SettingsError("DATABASE_URL must look like postgresql://user:password@host:port/name")
    return f"postgresql+psycopg://{rest}"


@cache
def settings() -> Settings:
    """The settings, read once."""
    secret = _required("JWT_SECRET")
    if len(secret.encode()) < MIN_SECRET_BYTES:
        raise SettingsError(f"JWT_SECRET must have at least {MIN_SECRET_BYTES} bytes")
    return Settings(database_url=database_url(), jwt_secret=secret)
