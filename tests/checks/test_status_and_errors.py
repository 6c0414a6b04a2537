from __future__ import annotations

import msgspec
import pytest

from seamline.model.vocabulary import API_CHECKS

from .world import abstains, answers, applies, context, exchange, found

STATUS, BROKEN, AUTH = "statusAsExpected", "noServerError", "authRequired"
POST = "POST /orders"


def test_a_status_that_the_case_does_not_expect_is_found() -> None:
    (finding,) = found(STATUS, exchange(status=200, expected=(201,)), context())
    assert finding.expected == "201 Created"
    assert finding.actual.startswith("200 OK")


def test_any_of_the_expected_statuses_will_do() -> None:
    assert not found(STATUS, exchange(status=204, expected=(200, 204)), context())


def test_without_an_expectation_any_status_will_do() -> None:
    assert not applies(STATUS, exchange(status=418), context())


def test_a_rate_limit_is_not_judged() -> None:
    assert abstains(STATUS, exchange(status=429, expected=(200,)), context())
    assert not found(STATUS, exchange(status=429, expected=(429,)), context())


@pytest.mark.parametrize("status", [0, 500, 503])
@pytest.mark.parametrize("expected", [(200,), (503,), (200, 500)])
def test_a_broken_answer_is_reported_exactly_once_unless_expected(
    status: int, expected: tuple[int, ...]
) -> None:
    x = exchange(status=status, expected=expected)
    reports = [
        f
        for name in (STATUS, BROKEN)
        if applies(name, x, context())
        for f in found(name, x, context())
    ]
    assert len(reports) == (status not in expected)


@pytest.mark.parametrize("left", [STATUS, BROKEN])
def test_a_broken_answer_is_reported_when_only_one_of_the_two_checks_is_chosen(left: str) -> None:
    only = context(validations=frozenset({left}))
    assert found(left, exchange(status=500, expected=(200,)), only)


def test_no_answer_says_why() -> None:
    (finding,) = found(BROKEN, exchange(status=0), context())
    assert "closed without an answer" in finding.actual


def test_a_client_error_is_no_server_error() -> None:
    assert not found(BROKEN, exchange(status=404), context())


def test_a_finding_is_the_same_next_week_whatever_the_body_says() -> None:
    one, other = (
        found(STATUS, exchange(status=409, body={"at": at}, expected=(201,)), context())[0]
        for at in (1, 2)
    )
    assert one.id == other.id
    assert one.actual != other.actual


def test_a_finding_of_another_status_is_another_finding() -> None:
    ids = {found(STATUS, exchange(status=s, expected=(201,)), context())[0].id for s in (200, 404)}
    assert len(ids) == 2


SECURED = context(requires_auth=True)


@pytest.mark.parametrize("credentials", ["missing", "malformed"])
def test_an_operation_that_lets_anyone_in_is_found(credentials: str) -> None:
    (finding,) = found(AUTH, exchange(status=200, credentials=credentials), SECURED)
    assert finding.severity == "error"


def test_401_is_right() -> None:
    assert not found(AUTH, exchange(status=401, credentials="missing"), SECURED)


@pytest.mark.parametrize("status", [302, 303, 400, 403, 404, 405, 422])
def test_another_refusal_is_a_warning_only(status: int) -> None:
    # FastAPI's HTTPBearer answers 403, Spring's form login 302, flask-jwt-extended 422, GitHub 404.
    (finding,) = found(AUTH, exchange(status=status, credentials="malformed"), SECURED)
    assert finding.severity == "warning"


def test_a_redirect_that_did_the_work_is_no_refusal() -> None:
    from .world import inserted

    x = exchange(POST, 303, credentials="missing", changes=(inserted("orders"),))
    assert found(AUTH, x, SECURED)[0].severity == "error"


def test_403_is_right_where_the_document_names_it_and_not_401() -> None:
    secured = context(answers(s200=None, s403=None), requires_auth=True)
    assert not found(AUTH, exchange(status=403, credentials="missing"), secured)


def test_403_is_no_more_than_a_warning_where_the_document_names_401() -> None:
    secured = context(answers(s401=None, s403=None), requires_auth=True)
    assert (
        found(AUTH, exchange(status=403, credentials="missing"), secured)[0].severity == "warning"
    )


@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_no_judgement_of_a_system_that_did_not_get_to_it(status: int) -> None:
    assert abstains(AUTH, exchange(status=status, credentials="missing"), SECURED)


def test_valid_credentials_and_public_operations_are_not_its_business() -> None:
    assert not applies(AUTH, exchange(status=200), SECURED)
    assert not applies(AUTH, exchange(status=200, credentials="missing"), context())


def test_every_check_of_the_vocabulary_is_registered_with_a_text_and_a_source() -> None:
    from seamline.checks import CHECKS

    assert set(CHECKS) == set(API_CHECKS)
    assert all(c.text.endswith(".") and c.source for c in CHECKS.values())


def test_a_check_cannot_be_registered_twice_or_under_an_unknown_name() -> None:
    from seamline.checks.registry import check

    def no_server_error() -> None:
        """Text."""

    def unheard_of() -> None:
        """Text."""

    for function, problem in ((no_server_error, "already"), (unheard_of, "vocabulary")):
        with pytest.raises(ValueError, match=problem):
            check(source="x", applies=lambda x, c: True)(function)  # type: ignore[arg-type] # refused


def test_no_check_raises_on_an_empty_context_and_no_answer() -> None:
    from seamline.checks import CHECKS, Context, judge

    bare = Context()
    for x in (
        exchange(status=0),
        exchange(POST, 201, sent={"a": 1}),
        exchange("DELETE /orders/{id}", 204),
    ):
        for each in CHECKS.values():
            for y in (x, msgspec.structs.replace(x, changes=None)):
                if each.applies(y, bare):
                    judge(each, y, bare)
