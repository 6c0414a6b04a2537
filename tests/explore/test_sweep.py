"""Sweeps of a real database: each way to treat it badly is found by its check, the sound ways are silent."""

from __future__ import annotations

from contextlib import AsyncExitStack

import msgspec
import pytest

from seamline.explore.faults.finding import findings_in
from seamline.explore.faults.sweep import Sweeper, Swept
from seamline.model.case import Case
from seamline.model.finding import Finding
from seamline.model.injection import Injection

from ..engines.lab import Lab
from .shop import (
    ORDER,
    Shop,
    Work,
    apart,
    bench,
    carelessly,
    delivered,
    impatiently,
    in_one_text,
    in_two_texts,
    polled,
    together,
    undelivered,
    unended,
)


async def sweep(
    lab: Lab,
    shop: Shop,
    *,
    deep: bool = False,
    of: Case = ORDER,
    only: list[Injection] | None = None,
) -> tuple[Swept, list[Finding]]:
    setup, rules = await bench(lab, shop)
    async with AsyncExitStack() as stack:
        swept = await Sweeper(setup, rules, stack, deep=deep).sweep(of, only=only)
    return swept, findings_in(swept, rules, setup.redactor)


def said(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(f.check, f.detail) for f in findings}


async def test_one_transaction_is_all_or_nothing(database: Lab) -> None:
    swept, found = await sweep(database, Shop(together))
    assert found == []
    assert swept.sweep is not None
    told = [(t.injection.ordinal, t.injection.harm, t.struck) for t in swept.sweep.trials]
    assert told == [
        (2, "error", True),
        (2, "lost before", True),
        (3, "error", True),
        (3, "lost before", True),
        (4, "refused", True),
        (4, "lost after", True),
    ]
    answers = [t.exchange.status for t in swept.sweep.trials]
    assert answers == [503] * 6
    rows = [len(t.exchange.changes or ()) for t in swept.sweep.trials]
    assert rows == [0, 0, 0, 0, 0, 2]  # done, and its answer lost
    assert await database.rows("orders") == []


async def test_every_fault_of_the_deep_set_is_all_or_nothing(database: Lab) -> None:
    swept, found = await sweep(database, Shop(together), deep=True)
    assert found == []
    assert swept.sweep is not None
    assert len(swept.sweep.trials) > 25
    assert swept.unmet == 0


async def test_a_retry_of_what_was_rolled_back_is_legal_and_of_what_was_committed_is_not(
    database: Lab,
) -> None:
    swept, found = await sweep(database, Shop(together, tries=2))
    assert said(found) == {("retryAppliesOnce", "twice")}
    assert swept.sweep is not None
    # Ids and what holds them are others after a retry, and that is nothing.
    assert [t.exchange.status for t in swept.sweep.trials] == [201] * 6
    injection = found[0].evidence.injection if found[0].evidence is not None else None
    assert injection is not None
    assert (injection.ordinal, injection.harm) == (4, "lost after")


async def test_two_transactions_are_torn_apart(database: Lab) -> None:
    _, found = await sweep(database, Shop(apart))
    assert said(found) == {("atomicUnderFaults", "an error with a part of the rows")}
    assert "without insert into audit" in found[0].actual


async def test_a_transaction_in_one_text(database: Lab) -> None:
    swept, found = await sweep(database, Shop(in_one_text))
    assert swept.sweep is not None
    assert len(swept.sweep.trials) == 3
    assert all(t.struck for t in swept.sweep.trials)
    assert found == []


async def test_two_transactions_in_a_text_each_are_torn_apart(database: Lab) -> None:
    _, found = await sweep(database, Shop(in_two_texts))
    assert {f.check for f in found} == {"atomicUnderFaults"}


async def test_an_ignored_error_is_a_success_without_all_rows(database: Lab) -> None:
    _, found = await sweep(database, Shop(carelessly))
    assert said(found) == {("atomicUnderFaults", "a success with a part of the rows")}


@pytest.mark.parametrize(
    ("shop", "wrong"),
    [(Shop(together), False), (Shop(apart), True)],
)
async def test_the_last_request_of_a_sequence(database: Lab, shop: Shop, wrong: bool) -> None:
    first, last = (msgspec.structs.replace(ORDER.steps[0], label=name) for name in ("one", "two"))
    both = msgspec.structs.replace(ORDER, kind="sequence", steps=(first, last))
    swept, found = await sweep(database, shop, of=both)
    assert swept.sweep is not None
    assert swept.unmet == 0
    # The first request has the same statements, and none of them fails.
    assert {x.status for t in swept.sweep.trials for x in t.exchange.earlier} == {201}
    assert len(swept.sweep.sound[0].changes or ()) == 2
    assert [f.detail for f in found] == (["an error with a part of the rows"] if wrong else [])
    if found and (evidence := found[0].evidence) is not None:
        labels = [x.label for x in evidence.exchanges]
        assert labels == ["one", "without a fault", "with the fault"]


async def test_a_connection_that_nobody_mends(database: Lab) -> None:
    _, found = await sweep(database, Shop(unended, kept=True))
    assert ("recoversAfterFaults", "next request") in said(found)
    assert {f.check for f in found} == {"recoversAfterFaults"}


async def test_a_commit_that_takes_too_long_may_be_done(database: Lab) -> None:
    slow = Injection(
        ordinal=3, text="COMMIT", occurrence=1, kind="commit", harm="delayed", ends=True
    )
    swept, found = await sweep(database, Shop(impatiently), only=[slow])
    assert swept.sweep is not None
    (trial,) = swept.sweep.trials
    assert (trial.struck, trial.exchange.status) == (True, 503)
    assert len(trial.exchange.changes or ()) == 1
    assert found == []


@pytest.mark.parametrize("work", [delivered, polled])
async def test_a_worker_may_see_to_it_a_moment_later(database: Lab, work: Work) -> None:
    swept, found = await sweep(database, Shop(work))
    assert swept.sweep is not None
    assert all(t.struck for t in swept.sweep.trials)
    assert found == []


async def test_what_no_worker_sees_to_is_told(database: Lab) -> None:
    _, found = await sweep(database, Shop(undelivered))
    assert said(found) == {
        ("atomicUnderFaults", "a success with other rows"),
        ("atomicUnderFaults", "an error with other rows"),
    }


async def test_an_error_that_is_shown(database: Lab) -> None:
    _, found = await sweep(database, Shop(together, tells=True))
    assert {f.check for f in found} == {"faultLeaksNothing"}


@pytest.mark.parametrize("shop", [Shop(together), Shop(apart)])
async def test_three_times_the_same(database: Lab, shop: Shop) -> None:
    setup, rules = await bench(database, shop)
    seen = []
    for _ in range(3):
        async with AsyncExitStack() as stack:
            swept = await Sweeper(setup, rules, stack).sweep(ORDER)
        assert swept.sweep is not None
        trials = [(t.injection, t.exchange.status, t.struck) for t in swept.sweep.trials]
        found = findings_in(swept, rules, setup.redactor)
        ids = [(f.id, f.severity, f.title, f.actual) for f in found]
        seen.append((trials, ids))
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_transaction_that_the_system_carries_out_in_silence_too(
    database: Lab, is_known: bool
) -> None:
    silence = {
        "INSERT INTO orders (item) VALUES (?)": 3.3,
        "INSERT INTO audit (subject) VALUES (? || currval(?))": 3.3,
    }
    known = silence if is_known else dict([silence.popitem()])
    setup, rules = await bench(database, Shop(together))
    rules = msgspec.structs.replace(rules, background=known)
    async with AsyncExitStack() as stack:
        swept = await Sweeper(setup, rules, stack).sweep(ORDER)
    assert swept.sweep is not None
    told = ("INSERT INTO orders (item) VALUES (?)",) if is_known else ()
    assert (len(swept.sweep.trials) > 0, swept.said_too) == (not is_known, told)
