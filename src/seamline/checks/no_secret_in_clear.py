"""What a request says in confidence must not stand in a row as it was said."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange
from seamline.model.vocabulary import Severity

_PASSWORD = re.compile(
    r"(?:^|[_-])(?:passwor[dt]|passwd|pwd|passphrase|passcode)(?:[_-]?(?:confirm\w*|again|repeat"
    r"|new|old|current|1|2))?$",
    re.IGNORECASE,
)
_CARD = re.compile(
    r"(?:^|[_-])(?:card[_-]?(?:number|no)|cc[_-]?number|cvv2?|cvc2?|security[_-]?code)$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:^|[_-])(?:secret|token|api[_-]?key|private[_-]?key)(?:[_-]?key)?$", re.IGNORECASE
)
_OF_ANOTHER = re.compile(
    r"smtp|imap|pop3|mail|db|database|proxy|ftp|ldap|connection|config|settings|integration"
    r"|credential|webhook|wifi|block|data_?source|remote|repo|registry|broker",
    re.IGNORECASE,
)
"""Names around a password that is for another system: it must be kept so that it can be given."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SHORTEST, _FEWEST = 8, 4
"""A secret of fewer characters, or fewer different ones, may stand in a row by chance."""


def _applies(x: Exchange, context: Context) -> bool:
    return bool(x.changes) and isinstance(x.request.json, dict)


@check(source="CWE-256, CWE-312; OWASP ASVS, 2.4", applies=_applies)
def no_secret_in_clear(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A password or card number that a request brings stands in no row as it was sent."""
    said = list(_secrets(x.request.json, x.operation))
    open_texts = set(_open(x.request.json))
    for name, value, severity in said:
        if value in open_texts:
            continue  # who uses a name as a password has told it
        forms = (value, base64.b64encode(value.encode("utf-8", "replace")).decode())
        places: dict[str, None] = {}
        for change in x.changes or ():
            before = change.before or {}
            for column, stored in (change.after or {}).items():
                if stored != before.get(column) and _stands(stored, forms):
                    places[f"{change.table}.{column}"] = None
        for place in places:
            yield Fault(
                title=f"{name} of the request stands in {place} in clear",
                expected=f"{place} holds a salted hash, a ciphertext, or nothing of {name}",
                actual="the value as it was sent (not repeated here)",
                detail=f"{name} in {place}",
                severity=severity,
            )


def _secrets(node: Any, around: str) -> Iterator[tuple[str, str, Severity]]:
    """Secret properties: their name, value, and how bad it is to find them."""
    if isinstance(node, list):
        for item in node:
            yield from _secrets(item, around)
    for name, value in node.items() if isinstance(node, dict) else ():
        plain = _HUMP.sub("_", str(name))
        if isinstance(value, dict | list):
            yield from _secrets(value, f"{around} {plain}")
        elif isinstance(value, str) and len(value) >= _SHORTEST and len(set(value)) >= _FEWEST:
            for_another = _OF_ANOTHER.search(f"{around} {plain}") is not None
            if _PASSWORD.search(plain) or _CARD.search(plain):
                yield plain, value, "info" if for_another else "error"
            elif _OTHER.search(plain):
                yield plain, value, "info"


def _open(node: Any) -> Iterator[str]:
    """All texts of a request that are no secrets by their names."""
    if isinstance(node, list):
        for item in node:
            yield from _open(item)
    for name, value in node.items() if isinstance(node, dict) else ():
        plain = _HUMP.sub("_", str(name))
        if isinstance(value, str):
            if not any(p.search(plain) for p in (_PASSWORD, _CARD, _OTHER)):
                yield value
        else:
            yield from _open(value)


def _stands(stored: Any, forms: tuple[str, ...]) -> bool:
    if isinstance(stored, str):
        return any(form in stored for form in forms)
    if isinstance(stored, dict):
        return any(_stands(v, forms) for v in stored.values())
    return isinstance(stored, list) and any(_stands(v, forms) for v in stored)
