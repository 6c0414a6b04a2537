"""The same request by an identity of each other role."""

from __future__ import annotations

from seamline.model.case import Case
from seamline.run.probe.roles import roles, roles_not_covered
from seamline.run.probe.world import World

from .world import base, world

WHO = {"ann": "customer", "bob": "customer", "sam": "staff", "eve": None}
ACCESS = {"access": frozenset({"customer", "eve"}), "access_from": "reviewed"}
KEY = "GET /orders"


def made(w: World) -> list[Case]:
    return list(roles(w.bases[KEY], w.operations[KEY], w))


def test_one_case_per_role_and_none_for_ones_own() -> None:
    w = world({KEY: base(KEY, headers={"Cookie": "s=1"})}, {KEY: ACCESS}, roles=WHO)
    cases = made(w)
    assert [c.steps[0].identity for c in cases] == ["sam", "eve"]
    assert [c.id for c in cases] == [f"{KEY}~as-sam", f"{KEY}~as-eve"]
    assert ["may not" in c.origin for c in cases] == [True, False]
    assert all(s.request.headers == {} and not s.status for c in cases for s in c.steps)
    twists = [s.twist for c in cases for s in c.steps]
    assert [t.where for t in twists if t] == ["staff", "eve"]


def test_where_all_may_or_nobody_says_there_is_nothing_to_try() -> None:
    everybody = {"access": frozenset({"customer", "anonymous"})}
    assert not made(world({KEY: base(KEY)}, {KEY: everybody}, roles=WHO))
    assert not made(world({KEY: base(KEY)}, roles=WHO))


def test_what_looks_wrong_in_what_was_learnt_is_told() -> None:
    key = "DELETE /orders/{id}"
    learned = {"access": frozenset({"anonymous", "customer"}), "access_from": "learned"}
    (item,) = roles_not_covered(world({key: base(key)}, {key: learned}, roles=WHO))
    assert (item.subject, "anonymous may write" in item.reason) == (key, True)
    reviewed = {**learned, "access_from": "reviewed"}
    assert not list(roles_not_covered(world({key: base(key)}, {key: reviewed}, roles=WHO)))
