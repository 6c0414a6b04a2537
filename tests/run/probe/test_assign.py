"""Which properties are sent that nobody should send, and with what."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from seamline.model.case import Case
from seamline.model.catalog import CheckConstraint, UniqueKey
from seamline.openapi.document import parse
from seamline.openapi.operation import operations
from seamline.run.probe.assign import _turned, assign
from seamline.run.probe.world import World

from ...checks.world import CATALOG, column, table
from .world import base, context, world

KEY = "POST /users"
USERS = msgspec.structs.replace(
    table(
        "users",
        column("email"),
        column("role", default="'user'::text"),
        column("is_admin", "boolean", default="false"),
        column("balance", "numeric(12,2)"),
        column("state", enum=("new", "old")),
        column("manager_id", "bigint"),
        column("created_at", "timestamptz"),
        column("nickname"),
    ),
    checks=(
        CheckConstraint(name="r", expression="role = ANY (ARRAY['user'::text, 'boss'::text])"),
    ),
    unique=(UniqueKey(name="e", columns=(), plain=False, expressions=("lower(email)",)),),
)
ORDERS = CATALOG.by_name["orders"]
CATALOG_ = msgspec.structs.replace(CATALOG, tables=(USERS, ORDERS))


def made(key: str = KEY, resource: str = "users", answer: Any = None, **schema: Any) -> list[Case]:
    """The probe's cases of an operation whose body has this schema."""
    method, _, path = key.partition(" ")
    shape = {"type": "object", "properties": {"email": {"type": "string"}}, **schema}
    content = {"application/json": {"schema": shape}}
    answers = {"properties": answer or {}}
    document = parse(
        json.dumps(
            {
                "openapi": "3.1.0",
                "info": {"title": "t", "version": "1"},
                "paths": {
                    path: {
                        method.lower(): {
                            "requestBody": {"content": content},
                            "responses": {
                                "201": {"content": {"application/json": {"schema": answers}}}
                            },
                        }
                    }
                },
            }
        ).encode(),
        "openapi.json",
    )
    known = operations(document)[key]
    case = base(key, status=201, json={"email": "ann@x.org"})
    w: World = world(
        {key: case},
        document=document,
        catalog=CATALOG_,
        people={"ann": "users", "bob": "users"},
    )
    w = msgspec.structs.replace(
        w, contexts={key: context(known, resource=resource, catalog=CATALOG_)}
    )
    return list(assign(case, known, w))


def sent(cases: list[Case]) -> dict[str, Any]:
    body = {k: v for c in cases for k, v in c.steps[-1].request.json.items()}
    return {k: v for k, v in body.items() if k != "email"}


def test_privileges_money_state_key_and_times_with_values_they_do_not_have_by_themselves() -> None:
    assert sent(made()) == {
        "role": "boss",
        "is_admin": True,
        "balance": 97.53,
        "state": "old",
        "id": 9753,
        "created_at": "2001-02-03T04:05:06Z",
    }


def test_a_create_goes_first_without_and_then_for_another_one() -> None:
    case = made()[0]
    assert [s.request.json.get("role") for s in case.steps] == [None, "boss"]
    assert [s.request.json["email"] for s in case.steps] == ["ann@x.org", "bnn@x.org"]
    assert [s.status for s in case.steps] == [(201,), ()]
    (alone,) = {len(c.steps) for c in made("PATCH /users/{id}")}
    assert alone == 1


def test_what_the_document_declares_is_nobodys_fault_but_what_it_says_is_read_only() -> None:
    text = {"type": "string"}
    cases = made(properties={"role": text, "isAdmin": {"type": "boolean"}})
    assert not {"role", "isAdmin", "is_admin"} & sent(cases).keys()
    read_only = {"email": text, "role": {**text, "readOnly": True}}
    assert "role" in sent(made(properties=read_only))
    assert "role" not in sent(made(allOf=[{"properties": {"role": text}}]))


def test_what_takes_anything_may_keep_it() -> None:
    assert not made(additionalProperties=True)
    assert not made(additionalProperties={"type": "string"})
    assert not made(properties={})
    assert made(additionalProperties=False)


def test_names_and_notations_are_those_of_the_answer() -> None:
    answer = {"isAdmin": {"type": "boolean"}, "balance": {"type": "string"}}
    values = sent(made(answer=answer))
    assert values["isAdmin"] is True
    assert values["balance"] == "97.53"
    assert "createdAt" in values


def test_an_owner_is_another_identity() -> None:
    values = sent(made("POST /orders", "orders"))
    assert values["user_id"] == {"$identity": "bob.id"}


@pytest.mark.parametrize(
    ("text", "other"),
    [("NEW-001", "OEW-001"), ("9a", "0a"), ("fa", "aa"), ("z", "g"), ("--", "--")],
)
def test_another_text_of_the_same_form(text: str, other: str) -> None:
    assert _turned(text) == other
