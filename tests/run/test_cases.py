"""From the entries of a spec file to cases: who sends them, what they expect, what is derived of them."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from seamline.model.case import Case, Plan
from seamline.openapi.document import parse
from seamline.openapi.operation import Operation, operations
from seamline.run.plan import Planner
from seamline.spec.endpoints import EndpointSpecs

ROLES = {"ann": "customer", "eve": "admin", "nobody": None}


def document(**paths: Any) -> dict[str, Operation]:
    """`get_a={...}`: operations of a document, `responses` added."""
    raw: dict[str, Any] = {"openapi": "3.1.0", "info": {}, "paths": {}}
    for name, node in paths.items():
        method, _, path = name.partition("_")
        raw["paths"].setdefault(f"/{path}", {})[method] = {"responses": {}, **node}
    return operations(parse(json.dumps(raw).encode(), "openapi.json"))


def plan(*endpoints: dict[str, Any], ops: Any = None, roles: Any = ROLES) -> Plan:
    specs = msgspec.convert({"endpoints": list(endpoints)}, EndpointSpecs)
    return Planner(specs, ops or {}, roles, has_document=ops is not None).plan()


def by_id(*endpoints: dict[str, Any], **more: Any) -> dict[str, Case]:
    planned = plan(*endpoints, **more)
    found = {c.id: c for c in planned.cases}
    assert len(found) == len(planned.cases), "an id twice"
    return found


def entry(key: str, **more: Any) -> dict[str, Any]:
    method, _, path = key.partition(" ")
    return {"endpoint": path, "method": method, **more}


def positive(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "positive", **more}


def test_the_smallest_entry_gives_a_request_and_two_without_credentials() -> None:
    smallest = entry(
        "GET /api/user", expectedStatus=200, validations=["authRequired", "responseSchema"]
    )
    cases = by_id(smallest)
    assert list(cases) == [
        "GET /api/user~minimal",
        "GET /api/user~minimal~missing",
        "GET /api/user~minimal~malformed",
    ]
    first, missing, malformed = cases.values()
    assert (first.steps[0].identity, first.steps[0].status) == ("ann", (200,))
    assert missing.kind == malformed.kind == "credentials"
    assert missing.steps[0] == msgspec.structs.replace(
        first.steps[0], credentials="missing", status=()
    )
    assert malformed.steps[0].credentials == "malformed"


@pytest.mark.parametrize(
    ("roles", "identity"),
    [
        (["admin"], "eve"),
        (["customer", "admin"], "ann"),
        (["eve"], "eve"),
        (["anonymous"], "anonymous"),
        (["boss"], "anonymous"),
    ],
)
def test_the_first_that_may_sends_it(roles: list[str], identity: str) -> None:
    cases = by_id(entry("GET /a", expectedStatus=200, access={"roles": roles}))
    assert cases["GET /a~minimal"].steps[0].identity == identity


def test_where_nobody_may_credentials_are_not_covered() -> None:
    planned = plan(entry("GET /a", expectedStatus=200, access={"roles": ["boss"]}))
    assert [c.id for c in planned.cases] == ["GET /a~minimal"]
    assert "no identity may call it" in planned.not_covered[0].reason


def test_a_case_without_its_own_status_expects_that_of_its_operation_if_it_is_positive() -> None:
    cases = by_id(
        entry(
            "POST /a",
            expectedStatus=[200, 201],
            cases=[
                positive("yes"),
                positive("other", expect={"status": 202}),
                {"id": "no", "kind": "negative"},
            ],
        )
    )
    assert {n: c.steps[0].status for n, c in cases.items()} == {
        "yes": (200, 201),
        "other": (202,),
        "no": (),
    }


def test_a_used_case_brings_what_it_says_and_what_its_operation_expects() -> None:
    """Without the status a sequence would go on after a failed first step and blame a later one."""
    request = {"json": {"text": "x"}}
    cases = by_id(
        entry(
            "POST /a", expectedStatus=201, cases=[positive("made", request=request, identity="eve")]
        ),
        entry(
            "GET /a/{id}",
            cases=[
                {
                    "id": "story",
                    "kind": "sequence",
                    "identity": "ann",
                    "steps": [
                        {"use": "made"},
                        {
                            "use": "made",
                            "as": "again",
                            "identity": "nobody",
                            "expect": {"status": 409},
                        },
                        {
                            "operation": "GET /a/{id}",
                            "request": {"path": {"id": {"$from": "made#/id"}}},
                        },
                        {
                            "operation": "get /a/{id}".replace("get", "GET"),
                            "expect": {"status": 404},
                        },
                    ],
                }
            ],
        ),
    )
    steps = cases["story"].steps
    assert [s.label for s in steps] == ["made", "again", "step3", "step4"]
    assert [s.identity for s in steps] == ["eve", "nobody", "ann", "ann"]
    assert [s.status for s in steps] == [(201,), (409,), (), (404,)]
    assert steps[0].request.json == steps[1].request.json == {"text": "x"}
    assert cases["story"].subject == "GET /a/{id}"
    assert "GET /a/{id}~minimal" not in cases


def test_credentials_that_a_case_carries_itself_are_taken_away_too() -> None:
    request = {"headers": {"X-Api-Key": "k", "authorization": "Bearer own", "Accept": "text/plain"}}
    cases = by_id(
        entry("GET /a", access={"roles": ["customer"]}, cases=[positive("ok", request=request)])
    )
    assert set(cases["ok"].steps[0].request.headers) == {"X-Api-Key", "authorization", "Accept"}
    for name in ("ok~missing", "ok~malformed"):
        assert cases[name].steps[0].request.headers == {"Accept": "text/plain"}


def test_a_case_of_few_validations_is_still_judged_without_credentials() -> None:
    cases = by_id(
        entry(
            "GET /a",
            access={"roles": ["customer"]},
            cases=[positive("ok", validations=["responseSchema"])],
        )
    )
    assert cases["ok"].validations == frozenset({"responseSchema"})
    assert cases["ok~missing"].validations == frozenset({"responseSchema", "authRequired"})


def test_no_derived_id_is_that_of_another_case() -> None:
    access = {"roles": ["customer"]}
    cases = by_id(
        entry("GET /a", operationId="same", expectedStatus=200, access=access),
        entry("GET /b", operationId="same", expectedStatus=200, access=access),
        entry(
            "GET /c", access=access, cases=[positive("x"), {"id": "x~missing", "kind": "negative"}]
        ),
        entry("GET /d", access=access, cases=[positive("same~minimal~2")]),
    )
    assert len(cases) == 3 + 3 + 4 + 3
    assert cases["x~missing"].kind == "negative"
    assert cases["x~missing~2"].kind == "credentials"


def test_a_plan_is_the_same_each_time() -> None:
    entries = [entry(f"GET /{n}", expectedStatus=200, access={"roles": ["admin"]}) for n in "cab"]
    assert plan(*entries) == plan(*entries)
    assert [c.subject for c in plan(*entries).cases][::3] == ["GET /c", "GET /a", "GET /b"]


def test_examples_and_defaults_make_the_minimal_request() -> None:
    parameters = [
        {"name": "X-Tenant", "in": "header", "required": True, "example": "acme"},
        {"name": "page", "in": "query", "required": True, "schema": {"default": 1}},
        {"name": "Authorization", "in": "header", "required": True},
        {"name": "X-Api-Key", "in": "header", "required": True},
    ]
    ops = document(get_a={"parameters": parameters, "security": [{"key": []}]})
    case = by_id(entry("GET /a", expectedStatus=200), ops=ops)["GET /a~minimal"]
    assert case.steps[0].request.headers == {"X-Tenant": "acme"}
    assert case.steps[0].request.query == {"page": 1}


def test_a_body_that_nobody_gives_is_not_covered() -> None:
    planned = plan(entry("POST /a", expectedStatus=201), ops=document(post_a={"requestBody": {}}))
    assert planned.cases == ()
    assert "the body" in planned.not_covered[0].reason


def test_a_documented_body_is_sent_json_before_forms() -> None:
    form = {"application/x-www-form-urlencoded": {"example": {"a": "1"}}}
    body = {"examples": {"one": {"value": {"a": 1}}}}
    for content, sent in (
        ({**form, "application/json": body}, {"json": {"a": 1}, "form": None}),
        (form, {"form": {"a": "1"}, "media_type": "application/x-www-form-urlencoded"}),
        ({"application/merge-patch+json": body}, {"media_type": "application/merge-patch+json"}),
    ):
        ops = document(post_a={"requestBody": {"content": content}})
        (case,) = plan(entry("POST /a", expectedStatus=201), ops=ops).cases
        for part, value in sent.items():
            assert getattr(case.steps[0].request, part) == value


def test_what_the_document_and_the_file_do_not_share_is_told() -> None:
    planned = plan(
        entry("GET /ordres", expectedStatus=200),
        ops=document(get_orders={}),
    )
    told = {(n.subject, n.reason.partition(":")[0]): n.remedy for n in planned.not_covered}
    assert told == {
        ("GET /ordres", "the document does not have it"): "Did you mean 'GET /orders'?",
        ("GET /orders", "the spec file has no entry for it"): "add an entry for GET /orders",
    }
    assert [c.id for c in planned.cases] == ["GET /ordres~minimal"]


def test_a_step_to_what_the_document_does_not_have_is_told() -> None:
    steps = [{"operation": "GET /ordres"}, {"operation": "GET /orders"}]
    planned = plan(
        entry("GET /orders", cases=[{"id": "story", "kind": "sequence", "steps": steps}]),
        ops=document(get_orders={}),
    )
    assert [(n.subject, n.remedy) for n in planned.not_covered] == [
        ("GET /ordres", "Did you mean 'GET /orders'?")
    ]
