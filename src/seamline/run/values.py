"""The values behind the placeholders of seamline.toml."""

from __future__ import annotations

import os
import secrets as random
from collections.abc import Mapping

from seamline.engines.protocol import Address
from seamline.errors import SpecError
from seamline.spec.project import Project
from seamline.system.template import Lookup
from seamline.text.redact import Redactor


class Values:
    """Secrets are read once a run and made known to the redactor; the rest differs per target."""

    def __init__(self, project: Project, redactor: Redactor) -> None:
        self._root = str(project.folder)
        self._redactor = redactor
        self._secrets = {
            f"secret:{n}": _secret(n, s.env, s.default) for n, s in project.secrets.items()
        }
        for name, value in self._secrets.items():
            redactor.add(name.removeprefix("secret:"), value)

    def lookup(self, *, port: int | None = None, address: Address | None = None) -> Lookup:
        """A lookup for one target; names without a value here are a `SpecError`."""
        values: dict[str, str] = {"root": self._root, **self._secrets}
        if port is not None:
            values["port"] = str(port)
        if address is not None:
            values |= _of_address(address)
            self._redactor.add("db_password", address.password)

        def find(name: str) -> str:
            if name.startswith("env:"):
                value = from_environment(name[4:])
                self._redactor.add(name[4:], value)
                return value
            if name not in values:
                known = ", ".join(f"{{{n}}}" for n in sorted(values))
                raise SpecError(f"seamline.toml: {{{name}}} has no value here. Known here: {known}")
            return values[name]

        return find


def from_environment(name: str) -> str:
    """An environment variable; not set: `SpecError`."""
    try:
        return os.environ[name]
    except KeyError:
        raise SpecError(f"seamline.toml: the environment variable {name} is not set") from None


def _secret(name: str, env: str, default: str | None) -> str:
    value = os.environ.get(env, default)
    if value is None:
        raise SpecError(
            f"seamline.toml: secrets.{name}: the environment variable {env} is not set"
            " and there is no default"
        )
    return value or random.token_urlsafe(24)


def _of_address(address: Address) -> Mapping[str, str]:
    return {
        "database_url": address.url,
        "db_host": address.host,
        "db_port": str(address.port),
        "db_user": address.user,
        "db_password": address.password,
        "db_name": address.name,
    }
