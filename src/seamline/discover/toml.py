"""The text of a first seamline.toml, from what a folder says; and where in such a text a key stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from seamline.discover.account import Account
from seamline.discover.detect import Detected
from seamline.discover.variable import Variable
from seamline.spec import toml_text
from seamline.spec.position import KeyPath, Malformed

TO_FILL = "to-be-filled-in"
_FOR_TESTS = "for-tests-only-for-tests-only-for-tests-only"
_LONG_ENOUGH = 32
_BARE = re.compile(r"[A-Za-z0-9_-]+")

_IDENTITIES = """\
# Who calls the system. Without any, only what needs no credentials is reached.
# [identities.customer]
# role = "customer"
# login = { path = "/auth/login", json = { email = "…", password = "…" }, token = "#/access_token" }
# row = { table = "users", where = { email = "…" } }
#   or, instead of a login: header = { X-Api-Key = "{env:API_KEY}" }
#   or: basic = { username = "…", password = "{secret:seed_password}" }
"""

_MADE = """\
# Who calls the system: made through its API at each start. Add others (staff, an administrator) that
# it does not let anybody become, with a role of their own.
"""
_PASSWORD = "user_password"

_REST = """\
[paths]
specs = "integration"           # Endpoint_Validation_Specs.json and Data_Validation_Framework.json
reports = "integration"         # what a run writes

[gate]
fail_on = ["error"]             # "warning" too, if it is to fail; what is info never does
# operations_reached = 0.95     # the share of operations that must have had a 2xx
"""


def toml_of(detected: Detected) -> str:
    """A seamline.toml that `spec.load_project` reads; what nobody could tell stands in it as a comment."""
    parts = [_system(detected), _database(detected)]
    secrets = [v for v in detected.variables if v.kind == "secret"]
    if (secrets and detected.program is not None) or detected.accounts:
        parts.append(_secrets(secrets, detected.accounts))
    identities = identities_of(detected.accounts) if detected.accounts else _IDENTITIES
    return "\n".join([*parts, identities, _REST])


def identities_of(accounts: Sequence[Account]) -> str:
    """The tables of identities that were made through the API."""
    return "\n".join([_MADE, *map(_identity, accounts)])


def password_of(accounts: Sequence[Account]) -> str:
    """The line that declares their password as a secret."""
    default = accounts[0].password
    return f"{_PASSWORD} = {{ env = {_text(f'SEAMLINE_{_PASSWORD.upper()}')}, default = {_text(default)} }}"


def to_fill(detected: Detected) -> Iterator[tuple[KeyPath, str]]:
    """Keys of that toml that a person should look at, and why."""
    for variable in detected.variables if detected.program is not None else ():
        if variable.kind == "unknown":
            where = f", which {variable.source} reads" if variable.source else ""
            yield ("system", "env", variable.name), f"no value is known for {variable.name}{where}"


def line_of(text: str, path: KeyPath) -> int:
    """The line on which a key of a TOML text stands, or what is nearest around it; 1 for nothing."""
    try:
        offset = toml_text.decode(text).marks().find(path, on_key=True)
    except Malformed:
        return 1
    return text.count("\n", 0, offset) + 1


def _system(detected: Detected) -> str:
    lines = ["[system]"]
    if detected.url is not None:
        lines.append(f"url = {_text(detected.url)}")
    elif detected.program is not None:
        command = _list(detected.program.command)
        lines.append(f"command = {command}   # {{port}} is a free one, taken at each start")
    if detected.ready is not None:
        lines.append(f"ready = {_text(detected.ready)}")
    else:
        lines.append('# ready = "/health"             # the path that answers 2xx once it is up')
    if detected.program is not None:
        given = dict(detected.program.env) | {v.name: _value(v) for v in detected.variables}
        if given:
            lines.append(f"env = {_table(given)}")
    if detected.openapi is not None:
        lines.append(f"openapi = {_text(detected.openapi)}")
    else:
        lines.append(
            '# openapi = "/openapi.json"     # a path of the running system, a file, or a URL'
        )
    return "\n".join([*lines, ""])


def _value(variable: Variable) -> str:
    if variable.kind == "secret":
        return f"{{secret:{variable.name.lower()}}}"
    return variable.value or TO_FILL


def _database(detected: Detected) -> str:
    if detected.url is not None:
        return (
            "# [database]                    # the rows behind a system that already runs:\n"
            '# url = { env = "SEAMLINE_DATABASE_URL" }   # marked by `seamline mark URL` as one for tests\n'
        )
    if detected.engine != "postgresql":
        why = f"{detected.engine} is not in this version" if detected.engine else "none was found"
        return (
            f"# [database]                    # {why}: only answers are judged\n"
            '# engine = "postgresql"\n# migrations = { kind = "alembic", config = "alembic.ini" }\n'
        )
    lines = [
        "[database]",
        'engine = "postgresql"',
        'provider = "private"            # a server of its own',
    ]
    if detected.extensions:
        lines.append(f"extensions = {_list(detected.extensions)}")
    tool = detected.migrations
    if tool is None:
        lines.append(
            '# migrations = { kind = "sql", files = ["schema.sql"] }   # or alembic, django, command'
        )
    else:
        given = {"kind": tool.kind, "config": tool.config or "", "folder": tool.folder or ""}
        pairs = [f"{key} = {_text(value)}" for key, value in given.items() if value]
        pairs += [f"files = {_list(tool.files)}"] if tool.files else []
        pairs += [f"command = {_list(tool.command)}"] if tool.command else []
        lines.append(f"migrations = {{ {', '.join(pairs)} }}")
    if detected.seed:
        lines.append(f"seed = {_list(detected.seed)}")
    else:
        lines.append('# seed = ["seed.sql"]           # rows to start from, or { command = ["…"] }')
    return "\n".join([*lines, ""])


def _identity(account: Account) -> str:
    lines = [f"[identities.{account.name}]", f"role = {_text(account.role)}"]
    lines.append(f"register = {_request(account, account.register, account.registration, {})}")
    given: dict[str, str] = (
        {"token": account.token} if account.token else {"cookie": account.cookie}
    )
    if account.token and (account.header, account.prefix) != ("Authorization", "Bearer "):
        given |= {"header": account.header, "prefix": account.prefix}
    lines.append(f"login = {_request(account, account.login, account.credentials, given)}")
    if account.row is not None:
        table, column, value = account.row
        lines.append(f"row = {inline({'table': table, 'where': {column: value}})}")
    return "\n".join([*lines, ""])


def _request(account: Account, key: str, body: Mapping[str, Any], more: Mapping[str, str]) -> str:
    method, _, path = key.partition(" ")
    way = "form" if key in account.forms else "json"
    given = {"path": path} if method == "POST" else {"method": method, "path": path}
    return inline({**given, way: _hidden(body, account.password), **more})


def _hidden(value: Any, password: str) -> Any:
    """A body with the secret's name instead of the password."""
    if isinstance(value, dict):
        return {name: _hidden(item, password) for name, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item, password) for item in value]
    return f"{{secret:{_PASSWORD}}}" if password and value == password else value


def inline(value: Any) -> str:
    """A value as TOML on one line; null, which TOML does not have, is left out."""
    if isinstance(value, Mapping):
        pairs = (f"{_key(k)} = {inline(v)}" for k, v in value.items() if v is not None)
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(inline(v) for v in value if v is not None)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else _text(str(value))


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _secrets(secrets: Iterable[Variable], accounts: Sequence[Account] = ()) -> str:
    lines = [
        "[secrets]                       # the defaults are for tests only: they open nothing else"
    ]
    for variable in secrets:
        known = variable.value
        is_usable = len(known) >= _LONG_ENOUGH or (known and "PASS" in variable.name)
        default = known if is_usable else _FOR_TESTS
        lines.append(
            f"{variable.name.lower()} = {{ env = {_text(f'SEAMLINE_{variable.name}')},"
            f" default = {_text(default)} }}"
        )
    lines += [password_of(accounts)] if accounts else []
    return "\n".join([*lines, ""])


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"


def _table(values: Mapping[str, str]) -> str:
    pairs = (f"{_key(k)} = {_text(v)}" for k, v in values.items())
    return f"{{ {', '.join(pairs)} }}"
