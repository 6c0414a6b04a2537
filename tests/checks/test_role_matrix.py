"""Roles that may and roles that may not."""

from __future__ import annotations

from typing import Any

from seamline.checks import Context
from seamline.model.case import Twist
from seamline.model.exchange import Exchange

from .world import abstains, applies, context, exchange, found, inserted

NAME = "roleMatrix"


def sent_by(role: str, status: int, key: str = "POST /orders", **more: Any) -> Exchange:
    twist = Twist(scenario=NAME, what=f"sent by the role {role}", where=role)
    return exchange(key, status, twist=twist, identity=f"a {role}", **more)


def only_admins(source: str = "reviewed") -> Context:
    return context(access=frozenset({"admin"}), access_from=source)


def test_a_role_that_may_not_and_wrote_is_an_error_with_its_rows() -> None:
    for source in ("reviewed", "learned"):
        x = sent_by("staff", 201, changes=(inserted("orders"),))
        (finding,) = found(NAME, x, only_admins(source))
        assert (finding.severity, finding.detail) == ("error", "staff")
        assert "1 insert" in finding.actual
        assert "admin" in finding.expected


def test_reading_needs_no_rows_to_be_wrong() -> None:
    (finding,) = found(NAME, sent_by("staff", 200, "GET /orders"), only_admins())
    assert finding.severity == "error"


def test_less_sure_is_a_warning() -> None:
    (idle,) = found(NAME, sent_by("staff", 200), only_admins())
    (scopes,) = found(NAME, sent_by("staff", 200, "GET /orders"), only_admins("document"))
    assert idle.severity == scopes.severity == "warning"


def test_a_refusal_is_what_should_be() -> None:
    for status in (401, 403, 404, 409, 422):
        assert not found(NAME, sent_by("staff", status), only_admins())


def test_a_role_that_may_is_not_refused() -> None:
    assert not found(NAME, sent_by("admin", 201), only_admins())
    assert not found(NAME, sent_by("admin", 409), only_admins())
    (refused,) = found(NAME, sent_by("admin", 403, target="/orders"), only_admins())
    assert (refused.severity, refused.detail) == ("error", "admin may")
    (unknown,) = found(NAME, sent_by("admin", 401, "GET /orders/{id}"), only_admins())
    assert unknown.severity == "error"


def test_it_abstains_where_what_is_named_may_be_the_reason() -> None:
    assert abstains(NAME, sent_by("admin", 403, "GET /orders/{id}"), only_admins())
    assert abstains(NAME, sent_by("admin", 403, sent={"user_id": 1}), only_admins())
    assert abstains(NAME, sent_by("admin", 403, target="/orders?user=1"), only_admins())
    assert abstains(NAME, sent_by("staff", 500), only_admins())


def test_an_identity_may_be_named_instead_of_a_role() -> None:
    named = context(access=frozenset({"a staff"}), access_from="reviewed")
    assert not found(NAME, sent_by("staff", 201), named)


def test_nobody_says_who_may() -> None:
    assert not applies(NAME, sent_by("staff", 201), context())
