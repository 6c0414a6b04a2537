"""Tokens (RFC 7519) that no sound system accepts: each is an identity's live one with one thing changed."""

from __future__ import annotations

import base64
import binascii
import json
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from seamline.errors import SpecError
from seamline.system.identity import Credentials

RESIGNED = "resigned"
"""Nothing is changed but the signature, which is made anew: shows that the secret is the right one."""
SECRET_NEEDED = ("expired", "not_yet_valid", "other_audience")
FORGED = (*SECRET_NEEDED, "tampered", "alg_none", "other_key")
WHAT = {
    "expired": "a token that has expired",
    "not_yet_valid": "a token that is not valid yet",
    "other_audience": "a token for another audience",
    "tampered": "a token whose signature was changed",
    "alg_none": "a token without a signature (`alg: none`)",
    "other_key": "a token signed with another key",
}
"""What each kind of forgery is, in words."""
CLAIM = {"expired": "exp", "not_yet_valid": "nbf", "other_audience": "aud"}
"""The claim that a forgery changes; a token without it says nothing that could be wrong."""
_LIFETIME_S = 600
_LONG_S = 86_400
_OTHER_KEY = "not-the-key-of-this-system-but-one-that-anybody-could-have-made-up"


class SigningKey(msgspec.Struct, frozen=True, kw_only=True):
    """How the system signs its tokens, as `[tokens]` of the toml says."""

    secret: str
    algorithm: str


def claims_of(credentials: Credentials) -> dict[str, Any] | None:
    """The claims of the token that the credentials carry; None where they carry none that can be read."""
    for value in _values(credentials):
        token = _parsed(value)
        if token is not None:
            return token[1]
    return None


def key_problem(key: SigningKey) -> str:
    """Why no token can be signed with the key, in words; empty where one can."""
    try:
        _signed({"alg": key.algorithm}, {}, key.secret)
    except Exception as exc:  # whatever the library of the algorithm says of the key
        return f"[tokens] cannot sign by {key.algorithm}: {type(exc).__name__}: {exc}"
    return ""


def forged(credentials: Credentials, kind: str, key: SigningKey | None) -> Credentials:
    """The credentials with each of their tokens replaced by its forgery.

    Raises `SpecError` where they carry no token, or the secret is needed and not known.
    """
    if claims_of(credentials) is None:
        raise SpecError("the identity's credentials are no JSON Web Token: none can be forged")
    if key is None and (kind in SECRET_NEEDED or kind == RESIGNED):
        raise SpecError(f"credentials {kind!r} need [tokens] secret in seamline.toml")

    def change(value: str) -> str:
        token = _parsed(value)
        return value if token is None else _forge(value, *token, kind, key)

    return _mapped(credentials, change)


def _forge(
    value: str, header: dict[str, Any], claims: dict[str, Any], kind: str, key: SigningKey | None
) -> str:
    scheme, text = _split(value)
    now = int(time.time())
    if kind == "tampered":
        signed, _, signature = text.rpartition(".")
        made = f"{signed}.{_flipped(signature)}"
    elif kind == "alg_none":
        made = f"{_part({**header, 'alg': 'none'})}.{text.split('.')[1]}."
    elif kind == "other_key" or key is None:
        algorithm = str(header["alg"])
        symmetric = algorithm if algorithm.startswith("HS") else "HS256"
        made = _signed({**header, "alg": symmetric}, claims, _OTHER_KEY)
    else:
        made = _signed({**header, "alg": key.algorithm}, _changed(claims, kind, now), key.secret)
    return scheme + made


def _changed(claims: dict[str, Any], kind: str, now: int) -> dict[str, Any]:
    if kind == "expired":
        return {**claims, "exp": now - _LONG_S}
    fresh = {**claims, "exp": now + 2 * _LONG_S if kind == "not_yet_valid" else now + _LIFETIME_S}
    if "exp" not in claims:
        del fresh["exp"]
    if kind == "not_yet_valid":
        return {**fresh, "nbf": now + _LONG_S}
    return {**fresh, "aud": "another-audience"} if kind == "other_audience" else fresh


def _signed(header: dict[str, Any], claims: dict[str, Any], secret: str) -> str:
    import jwt  # not before it is needed: most runs forge nothing

    payload = json.dumps(claims, separators=(",", ":")).encode()
    more = {k: v for k, v in header.items() if k != "alg"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a key that is too short is the system's own choice
        return jwt.api_jws.encode(payload, secret, algorithm=str(header["alg"]), headers=more)


def _flipped(signature: str) -> str:
    """Another signature of the same length: every bit turned round, none of them padding."""
    return _text(bytes(byte ^ 0xFF for byte in _bytes(signature)))


# -- where tokens stand -----------------------------------------------------------------------------


def _values(credentials: Credentials) -> Iterator[str]:
    for pairs in (credentials.headers, credentials.query, credentials.cookies):
        yield from (value for _, value in pairs)


def _mapped(credentials: Credentials, change: Callable[[str], str]) -> Credentials:
    def each(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, change(value)) for name, value in pairs)

    return msgspec.structs.replace(
        credentials,
        headers=each(credentials.headers),
        query=each(credentials.query),
        cookies=each(credentials.cookies),
    )


def _split(value: str) -> tuple[str, str]:
    """`Bearer ` and what stands behind it."""
    scheme, space, text = value.rpartition(" ")
    return scheme + space, text


def _parsed(value: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and claims of a signed token in compact form; None where the value is none."""
    parts = _split(value)[1].split(".")
    if len(parts) != 3 or not all(parts):
        return None
    try:
        header, claims = (json.loads(_bytes(p)) for p in parts[:2])
        _bytes(parts[2])
    except (ValueError, binascii.Error, RecursionError):
        return None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        return None
    return (header, claims) if isinstance(header.get("alg"), str) else None


def _part(value: dict[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
