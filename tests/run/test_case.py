"""One case: who is blamed for what, and that the base is clean again."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from seamline.errors import TargetError
from seamline.model.exchange import Request
from seamline.run.case import run_case
from seamline.spec.endpoints import Allowance

from ..engines.lab import Lab
from .lab import case, session, step

SCHEMA = """
CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text, parent int);
INSERT INTO notes (text) VALUES ('first');
"""
SHORT = {"notes": [{"check": "matches", "column": "text", "pattern": "^.{0,5}$", "name": "short"}]}
INSERT = "INSERT INTO notes (text) VALUES ('{}')"


class System:
    """Runs the SQL in `x-sql` and answers the status in the path: `POST /201`."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    async def __call__(self, request: Request) -> tuple[int, Any]:
        headers = dict(request.headers)
        if "x-sql" in headers:
            await self.lab.client.run(headers["x-sql"])
        return int(request.target.rpartition("/")[2]), {"id": 7, "sent": headers}


def does(
    status: int, sql: str = "", expect: int | None = None, label: str = "s", **request: Any
) -> Any:
    wanted = (status if expect is None else expect,)
    return step(f"POST /{status}", wanted, label, headers={"x-sql": sql} if sql else {}, **request)


async def test_a_step_that_answers_otherwise_ends_the_sequence_and_is_the_one_blamed(
    database: Lab,
) -> None:
    await database.client.run(SCHEMA)
    async with session(database, System(database), checks=SHORT) as s:
        steps = (
            does(201, INSERT.format("far too long")),
            does(200, expect=201, label="second"),
            does(500),
        )
        outcome = await run_case(s, case(*steps))
        assert [x.status for x in outcome.exchanges] == [201, 200]
        blamed = {f.check: (f.subject, f.step) for f in outcome.findings}
        assert blamed == {"statusAsExpected": ("POST /200", 1), "matches": ("notes", 1)}
        assert outcome.put_back == 1
        assert outcome.stale == outcome.error == ""
        assert len(await database.rows("notes")) == 1


async def test_a_step_that_gets_no_answer_ends_the_sequence_and_the_target(database: Lab) -> None:
    await database.client.run(SCHEMA)

    class Alive:
        exit_code = None

    async with session(database, System(database), process=Alive()) as s:
        outcome = await run_case(s, case(does(0, INSERT.format("x")), does(500)))
        assert [f.check for f in outcome.findings] == ["noServerError"]
        assert outcome.stale == "the system did not answer"
        assert outcome.put_back is None


async def test_rows_of_a_database_that_is_not_ours_are_put_back_whatever_happens(
    database: Lab,
) -> None:
    await database.client.run(SCHEMA)
    async with session(database, System(database)) as s:
        outcome = await run_case(s, case(does(0, INSERT.format("x"))))
        assert (outcome.stale, outcome.put_back) == ("the system did not answer", 1)

        async def interrupted(request: Request) -> tuple[int, Any]:
            await database.client.run(INSERT.format("y"))
            raise asyncio.CancelledError

        s.target.client.send = interrupted  # type: ignore[assignment,method-assign]
        with pytest.raises(asyncio.CancelledError):
            await run_case(s, case(does(200)))
    assert len(await database.rows("notes")) == 1


async def test_a_reference_that_leads_nowhere_is_an_error_and_the_rows_so_far_are_judged(
    database: Lab,
) -> None:
    await database.client.run(SCHEMA)
    async with session(database, System(database), checks=SHORT) as s:
        steps = (
            does(201, INSERT.format("far too long"), label="made"),
            does(200, json={"id": {"$from": "made#/nothing"}}),
        )
        outcome = await run_case(s, case(*steps))
        assert outcome.error == "$from: the answer of 'made' has nothing at #/nothing"
        assert [f.check for f in outcome.findings] == ["matches"]
        assert len(await database.rows("notes")) == 1


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"headers": {"X": {"$row": "notes[0].text"}}}, "the header X holds U+000D"),
        ({"json": {"$row": "notes[5].id"}}, "$row: notes has 2 rows, no row [5]"),
        (
            {"json": {"$row": "notes[0].txet"}},
            "$row: no column 'txet' in notes. Did you mean 'text'?",
        ),
        (
            {"json": {"$row": "nots[0].text"}},
            "no table 'nots' in the database. Did you mean 'notes'?",
        ),
        (
            {"json": {"$row": {"table": "notes", "where": {"x": 1}, "column": "id"}}},
            "no column 'x'",
        ),
        ({"json": {"$env": "SEAM_NOT_SET"}}, "the environment variable SEAM_NOT_SET is not set"),
        ({"json": {"$identity": "ann.id"}}, "identities.ann names no `row`"),
        ({"json": {"$join": ["a", {"$row": "notes[1].parent"}]}}, "a part is null"),
    ],
)
async def test_what_cannot_be_sent_is_said_in_words_and_sends_nothing(
    database: Lab, request_: dict[str, Any], said: str
) -> None:
    await database.client.run(
        SCHEMA,
        "UPDATE notes SET text = E'a\\r\\nSet-Cookie: x'",
        "INSERT INTO notes (text) VALUES ('b')",
    )
    async with session(database, System(database)) as s:
        outcome = await run_case(s, case(step("POST /200", (200,), **request_)))
        assert said in outcome.error
        assert (outcome.exchanges, outcome.findings, outcome.stale) == ([], [], "")


async def test_an_identity_that_nobody_declared_is_an_error(database: Lab) -> None:
    async with session(database, System(database), identities={"anna": ()}) as s:
        step_ = step("POST /200", (200,))
        step_ = type(step_)(operation="POST /200", identity="ann", request=step_.request, label="s")
        outcome = await run_case(s, case(step_))
        assert outcome.error == "identity 'ann' is not in seamline.toml. Did you mean 'anna'?"


async def test_an_environment_variable_that_was_sent_is_a_secret_from_then_on(
    database: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAM_PIN", "pin-4711-x")
    async with session(database, System(database)) as s:
        outcome = await run_case(
            s, case(step("POST /500", (200,), headers={"X-Plain": {"$env": "SEAM_PIN"}}))
        )
        assert dict(outcome.exchanges[0].request.headers)["X-Plain"] == "pin-4711-x"
        assert "pin-4711-x" not in repr(outcome.findings)
        assert "SEAM_PIN" in repr(outcome.findings)


@pytest.mark.parametrize("until", [date(2026, 1, 1), date(2025, 12, 31)])
async def test_an_allowance_is_acted_upon(database: Lab, until: date) -> None:
    allowance = Allowance(check="noServerError", reason="known", until=until)
    rules: dict[str, Any] = {"allowances": {"POST /500": (allowance,)}, "today": date(2026, 1, 1)}
    async with session(database, System(database), **rules) as s:
        outcome = await run_case(s, case(does(500, expect=200), kind="positive"))
        (finding,) = outcome.findings
        holds = until == date(2026, 1, 1)
        assert finding.severity == ("info" if holds else "error")
        assert finding.title.endswith("(allowed: known)" if holds else "2025-12-31: known)")


async def test_a_rule_that_fails_does_not_end_the_case(database: Lab) -> None:
    await database.client.run(SCHEMA)
    wrong = [{"check": "constraint", "expression": "1 / (parent - 1) > 0", "name": "wrong"}]
    async with session(database, System(database), checks={"notes": wrong + SHORT["notes"]}) as s:
        insert = "INSERT INTO notes (text, parent) VALUES ('far too long', 1)"
        outcome = await run_case(s, case(does(201, insert), kind="positive"))
        assert [f.check for f in outcome.findings] == ["matches"]
        assert s.rules.rows is not None
        errors = {r.label: s.rules.rows.error_of(r) for r in s.rules.rows._rules}
        assert errors == {"wrong": "division by zero", "short": ""}


async def test_a_request_that_changes_the_structure_breaks_no_rule(database: Lab) -> None:
    await database.client.run(SCHEMA)

    class Alive:
        exit_code = None

    async with session(database, System(database), checks=SHORT, process=Alive()) as s:
        change = f"{INSERT.format('far too long')}; ALTER TABLE notes DROP COLUMN text"
        outcome = await run_case(s, case(does(201, change), kind="positive"))
        assert outcome.findings == []
        assert outcome.stale
        assert s.rules.rows is not None
        assert not any(s.rules.rows.error_of(r) for r in s.rules.rows._rules)


async def test_a_database_that_is_gone_is_not_blamed_on_the_system(database: Lab) -> None:
    await database.client.run(SCHEMA)

    async def handler(request: Request) -> tuple[int, Any]:
        await database.client.run(INSERT.format("far too long"))
        return 201, {}

    async def gone(*args: Any) -> Any:
        raise TargetError("gone")

    async with session(database, handler, checks=SHORT) as s:
        s.target.database.query = gone  # type: ignore[union-attr,method-assign]
        with pytest.raises(TargetError):
            await run_case(s, case(does(201)))
        del s.target.database.query  # type: ignore[union-attr]
    assert len(await database.rows("notes")) == 1
