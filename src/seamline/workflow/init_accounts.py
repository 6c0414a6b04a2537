"""Who is to call the system: accounts that it lets anybody make, tried before init writes them down."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.discover.account import Account, Offer, names_asked, offers, token_of_document
from seamline.discover.register import accounts as made
from seamline.discover.toml import identities_of, password_of
from seamline.openapi.document import Document
from seamline.openapi.operation import operations
from seamline.run.session import Target
from seamline.run.setup import Setup


class Become(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts that were made, or `why` none was. With `is_spoilt` the target holds what was tried."""

    accounts: tuple[Account, ...] = ()
    why: str = ""
    is_spoilt: bool = False


async def become(setup: Setup, target: Target, document: Document) -> Become:
    """Make two accounts where the toml names no identity and operations ask for credentials."""
    known = operations(document)
    if setup.project.identities or not any(o.secured for o in known.values()):
        return Become()
    offered = offers(document, known)
    if not offered:
        return Become()
    if offered[0].register is None:
        return Become(why=_login(document, offered[0]))
    if not setup.can_clone:
        why = f"{offered[0].register.key} was not tried: what it writes could not be put back"
        return Become(why=why)
    found, why = await made(target, document, known, offered, setup.redactor)
    return Become(accounts=found, why=why, is_spoilt=True)


def said(accounts: tuple[Account, ...]) -> str:
    """The accounts in a sentence."""
    first = accounts[0]
    names = ", ".join(a.name for a in accounts)
    gives = f"a token at {first.token}" if first.token else f"the cookie {first.cookie}"
    return f"identities: {names}: made by {first.register}, and {first.login} gives {gives}"


def to_paste(accounts: tuple[Account, ...]) -> Iterator[str]:
    """The lines that a toml needs for the accounts."""
    yield from ("[secrets]", password_of(accounts), "")
    yield from (line for line in identities_of(accounts).split("\n") if not line.startswith("#"))


def _login(document: Document, offer: Offer) -> str:
    """What a person has to add to a login whose accounts nobody can make through the API."""
    asked = ", ".join(f'{name} = "…"' for name in names_asked(document, offer.login))
    token = token_of_document(document, offer.login) or "#/…"
    path = offer.login.path
    return f'login = {{ path = "{path}", json = {{ {asked} }}, token = "{token}" }} with a user of yours'
