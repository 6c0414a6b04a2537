"""Who may, learnt by sending the very same request as every role."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, ClassVar

import msgspec

from seamline.discover.access import access_doubts, learn_matrix
from seamline.discover.act import Act
from seamline.openapi.operation import Operation

KEY = "POST /coupons"


def operation(*, secured: bool) -> Operation:
    return Operation(
        method="POST",
        path="/coupons",
        operation_id="",
        parameters=(),
        answers={},
        security=(("token",),) if secured else (),
    )


class FakeLab:
    """Lets in those that it is told to."""

    roles: ClassVar = {"sam": "staff", "ann": "admin", "bob": "staff", "eve": None}

    def __init__(self, known: Operation, *let_in: str) -> None:
        self.operations = {KEY: known}
        self.let_in = let_in
        self.asked: list[str] = []

    def identities(self, known: Operation) -> list[str]:
        return [*self.roles, "anonymous"]

    async def attempt(self, acts: Sequence[Act], kind: str = "positive") -> Any:
        (act,) = acts
        self.asked.append(act.identity)
        return SimpleNamespace(succeeded=act.identity in self.let_in)


def success(known: Operation, *roles: str, acts: int = 1) -> Any:
    own = Act(operation=KEY, identity="ann", request={}, status=(201,))
    return SimpleNamespace(operation=known, acts=(own,) * acts, roles=list(roles))


async def learnt(secured: bool, *let_in: str, acts: int = 1) -> tuple[list[str], list[str]]:
    known = operation(secured=secured)
    lab, one = FakeLab(known, *let_in), success(known, "admin", acts=acts)
    await learn_matrix(lab, [one])  # type: ignore[arg-type]
    return one.roles, lab.asked


async def test_roles_that_get_the_same_request_are_added_in_the_tomls_order() -> None:
    assert await learnt(True, "sam", "eve") == (["staff", "admin", "eve"], ["sam", "eve"])
    assert (await learnt(True, "bob"))[0] == ["staff", "admin"]
    assert (await learnt(True))[0] == ["admin"]


async def test_nobody_is_let_in_where_the_document_asks_for_credentials() -> None:
    assert (await learnt(True, "anonymous"))[0] == ["admin"]
    assert (await learnt(False, "anonymous"))[0] == ["admin", "anonymous"]


async def test_what_needs_other_requests_first_is_not_learnt() -> None:
    assert await learnt(True, "sam", acts=2) == (["admin"], [])


async def test_what_looks_wrong_is_told() -> None:
    known = operation(secured=False)
    lab = FakeLab(known)
    guarded = msgspec.structs.replace(known, path="/guarded")
    lab.operations[guarded.key] = guarded
    found = {
        KEY: success(known, "admin", "anonymous"),
        guarded.key: success(guarded, "admin"),
    }
    assert access_doubts(lab, found) == {KEY: "anonymous may write"}  # type: ignore[arg-type]
