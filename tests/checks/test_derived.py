"""Checks of what derived requests are answered with, each with the answer that is right."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.model.case import Twist

from .world import abstains, answers, applies, context, exchange, found, inserted

DOCUMENTED, INVALID, METHOD = "statusDocumented", "invalidInputRejected", "undeclaredMethodRefused"
POST = "POST /orders"
WROTE = (inserted("orders"),)
TWO = answers(s200={"application/json": None}, s422={"application/json": None})


def twist(valid: bool | None, where: str = "body/lines/0/quantity", **more: Any) -> Twist:
    return Twist(
        scenario=more.get("scenario", "value-above-maximum"), what="x", where=where, valid=valid
    )


def test_a_status_that_the_document_does_not_name_is_a_warning() -> None:
    (finding,) = found(DOCUMENTED, exchange(status=404), context(TWO))
    assert finding.severity == "warning"
    assert "422" in finding.expected
    (finding,) = found(DOCUMENTED, exchange(status=403), context(TWO))
    assert finding.severity == "info"


@pytest.mark.parametrize(
    ("status", "documented"),
    [(404, {"s404": None}), (404, {"s4XX": None}), (201, {"sdefault": None})],
)
def test_a_named_status_is_right_by_itself_by_its_range_and_by_default(
    status: int, documented: dict[str, Any]
) -> None:
    assert not found(DOCUMENTED, exchange(status=status), context(answers(**documented)))


@pytest.mark.parametrize("status", [0, 302, 400, 405, 415, 429, 500])
def test_what_others_answer_for_the_system_needs_no_name(status: int) -> None:
    assert not applies(DOCUMENTED, exchange(status=status), context(TWO))


def test_accepted_invalid_input_is_an_error_where_it_was_stored() -> None:
    asked: dict[str, Any] = {"kind": "negative", "twist": twist(False)}
    (stored,) = found(INVALID, exchange(status=201, changes=WROTE, **asked), context(TWO))
    assert stored.severity == "error"
    assert "body/lines/0/quantity" in stored.title
    (ignored,) = found(INVALID, exchange(status=200, **asked), context(TWO))
    assert ignored.severity == "warning"
    lenient = {**asked, "twist": twist(False, scenario="incorrect-type")}
    (read,) = found(INVALID, exchange(status=201, changes=WROTE, **lenient), context(TWO))
    assert read.severity == "warning"


def test_refused_invalid_input_is_right_and_valid_input_no_matter() -> None:
    assert not found(INVALID, exchange(status=422, twist=twist(False)), context(TWO))
    assert not applies(INVALID, exchange(status=200, twist=twist(True)), context(TWO))
    assert not applies(INVALID, exchange(status=200, twist=twist(None)), context(TWO))
    assert not applies(INVALID, exchange(status=200), context(TWO))
    for status in (0, 429, 500):
        assert abstains(INVALID, exchange(status=status, twist=twist(False)), context(TWO))


def test_a_system_that_the_request_itself_closed_is_not_broken() -> None:
    again = Twist(scenario="again", what="the same request", where="a second time")
    assert abstains("noServerError", exchange(POST, 503, twist=again), context())
    assert found("noServerError", exchange(POST, 500, twist=again), context())
    assert found("noServerError", exchange(POST, 503, twist=twist(True)), context())


def test_an_undeclared_method_that_works_is_found() -> None:
    asked: dict[str, Any] = {"key": "DELETE /orders", "twist": twist(None, "method")}
    (worked,) = found(METHOD, exchange(status=200, **asked), context())
    assert worked.severity == "warning"
    (deleted,) = found(METHOD, exchange(status=204, changes=WROTE, **asked), context())
    assert deleted.severity == "error"
    (silent,) = found(METHOD, exchange(status=405, **asked), context())
    assert silent.severity == "info"


@pytest.mark.parametrize("status", [401, 403, 404, 405, 501])
def test_an_undeclared_method_that_is_refused_is_right(status: int) -> None:
    asked: dict[str, Any] = {"key": "DELETE /orders", "twist": twist(None, "method")}
    x = exchange(status=status, headers={"allow": "GET"}, **asked)
    assert not found(METHOD, x, context())
    assert not found("noServerError", x, context())
    assert not applies(METHOD, exchange(status=200), context())
