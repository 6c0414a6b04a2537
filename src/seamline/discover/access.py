"""Who may: each operation's accepted request, sent as it is by every other role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from seamline.discover.lab import Lab
from seamline.discover.learn import Success
from seamline.model.vocabulary import ANONYMOUS
from seamline.run.access import doubts_of


async def learn_matrix(lab: Lab, successes: Iterable[Success]) -> None:
    """Add to each success the roles by whom the very same request is accepted.

    A run sends just that: who gets it now must not be taken for an intruder then. Where the document
    asks for credentials nobody is let in without: an operation that does so is a finding.
    """
    for success in successes:
        if len(success.acts) != 1 or not success.roles:
            continue
        for identity in lab.identities(success.operation):
            role = lab.roles.get(identity) or identity
            if role in success.roles or (role == ANONYMOUS and success.operation.secured):
                continue
            act = msgspec.structs.replace(success.acts[0], identity=identity, status=())
            tried = await lab.attempt([act], "credentials")
            if tried.succeeded:
                success.roles.append(role)
        order = [lab.roles.get(i) or i for i in lab.identities(success.operation)]
        success.roles.sort(key=order.index)


def access_doubts(lab: Lab, successes: Mapping[str, Success]) -> dict[str, str]:
    """What looks wrong in what was learnt, by operation."""
    learned = {key: frozenset(s.roles) for key, s in successes.items() if s.roles}
    return doubts_of(lab.operations, learned)
