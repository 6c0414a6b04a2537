"""Texts that are one of a few words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.discover.proposal.profile import ENOUGH, TEXTS, Profile, Proposal, proposal
from seamline.model.catalog import Catalog

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.:-][A-Za-z0-9]+)*")


def kinds(known: Profile, catalog: Catalog) -> Iterator[Proposal]:
    """`oneOf` where the name says it, few words recur, and the system wrote no other.

    Name and rows agree, so it is a warning: a text without such a name may be anybody's choice.
    """
    for column, facts in known.open_columns(TEXTS):
        new = {r.get(column.name) for r in known.written} - {None, *facts.values}
        is_said = len(facts.values) > 1 and facts.filled >= ENOUGH
        if is_said and not new and all(map(_WORD.fullmatch, facts.values)):
            values = list(facts.values)
            yield proposal(
                "oneOf", facts.filled, severity="warning", column=column.name, values=values
            )
