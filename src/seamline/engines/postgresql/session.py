"""Connections: how Seamline's own are opened and told apart, and addresses that a system connects by."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg.conninfo import make_conninfo

from seamline.engines.protocol import Address
from seamline.errors import TargetError

APPLICATION = "seamline"
"""The `application_name` of Seamline's own connections; settling does not wait for them."""

Connection = psycopg.AsyncConnection[tuple[object, ...]]

TEXT_SETTINGS = {
    "datestyle": "ISO,YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
}
"""Under these settings a value has one text form, whoever wrote it."""


async def connect(
    conninfo: str, database: str | None = None, settings: Mapping[str, str] | None = None
) -> Connection:
    """Open an autocommit connection to `database` with session `settings`.

    Raises `TargetError`, without the password, when the server cannot be reached or refuses.
    """
    options = " ".join(f"-c {k}={_escape(v)}" for k, v in (settings or {}).items())
    overrides = {"application_name": APPLICATION, "options": options, "connect_timeout": "10"}
    overrides["client_encoding"] = "utf8"  # whatever the environment says: rows are read as that
    if database is not None:
        overrides["dbname"] = database
    try:
        return await psycopg.AsyncConnection.connect(
            make_conninfo(conninfo, **overrides), autocommit=True
        )
    except psycopg.Error as error:
        raise TargetError(f"cannot connect to PostgreSQL: {message(error)}") from error


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace(" ", "\\ ")


def message(error: psycopg.Error) -> str:
    """What the server said, with its detail and hint, in one line."""
    diag = error.diag
    parts = (diag.message_primary or str(error), diag.message_detail, diag.message_hint)
    return ". ".join(" ".join(p.split()).removesuffix(".") for p in parts if p)


def make_address(
    *,
    host: str,
    port: int,
    user: str,
    password: str,
    name: str,
    query: Mapping[str, str] | None = None,
) -> Address:
    """An address with its URL; `query` holds further connection parameters such as `sslmode`."""
    extra = dict(query or {})
    login = quote(user, safe="") + (":" + quote(password, safe="") if password else "")
    if host.startswith("/"):
        place = ""
        extra |= {"host": host, "port": str(port)}
    else:
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    url = f"postgresql://{login}@{place}/{quote(name, safe='')}"
    if extra:
        url += "?" + urlencode(extra, quote_via=quote)
    return Address(host=host, port=port, user=user, password=password, name=name, url=url)


def through(address: Address, port: int) -> Address | None:
    """The same database through a proxy on a loopback port; None where the URL demands encryption."""
    query = dict(parse_qsl(urlsplit(address.url).query))
    if query.get("sslmode", "prefer") not in {"disable", "allow", "prefer"}:
        return None
    kept = {k: v for k, v in query.items() if k not in {"host", "hostaddr", "port", "sslmode"}}
    return make_address(
        host="127.0.0.1",
        port=port,
        user=address.user,
        password=address.password,
        name=address.name,
        query=kept,
    )
