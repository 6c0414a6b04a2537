"""Texts that all look alike: addresses, digests, codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.discover.proposal.profile import ENOUGH, TEXTS, Profile, Proposal, proposal
from seamline.model.catalog import Catalog

_FORMATS: tuple[tuple[str, str], ...] = (
    (r"(?:^|_)e?mail(?:_address)?$", r"^[^@[:space:]]+@[^@[:space:]]+$"),
    (r"(?:^|_)(?:url|uri|link|website|homepage|webhook)$", r"^[a-z][a-z0-9+.-]*://[^[:space:]]+$"),
    (r"(?:^|_)(?:slug|handle)$", r"^[a-z0-9]+([-_.][a-z0-9]+)*$"),
    (r"(?:^|_)currency(?:_code)?$", r"^[A-Z]{3}$"),
    (r"(?:^|_)country(?:_code)?$", r"^[A-Z]{2}$"),
    (r"(?:^|_)(?:phone|phone_number|mobile|telephone)$", r"^[+]?[0-9][0-9 ()./-]{4,20}$"),
    (r"password", r"^[$](argon2(id|i|d)|2[abxy]|scrypt|pbkdf2[^$]*|5|6|y)[$]"),
    (
        r"(?:^|_)(?:uuid|guid|id)$",
        r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    ),
    (r"(?:hash|digest|checksum|sha256)$", r"^[0-9a-f]{64}$"),
    (r"(?:hash|digest|checksum|sha1)$", r"^[0-9a-f]{40}$"),
    (r"(?:hash|digest|checksum|md5)$", r"^[0-9a-f]{32}$"),
)
"""What a column is called, and what its values are like then."""
_DIFFERENT = 3


def formats(known: Profile, catalog: Catalog) -> Iterator[Proposal]:
    """`matches` where name and values say the same; a format by chance is none."""
    for column, facts in known.open_columns(TEXTS):
        if facts.filled < ENOUGH or facts.distinct < _DIFFERENT:
            continue
        for name, pattern in _FORMATS:
            if re.search(name, column.name):
                yield proposal("matches", facts.filled, column=column.name, pattern=pattern)
