"""Bytes that go on before they are read: nobody sees a difference, whoever asks and decides, and when."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamline.wire.gate import Gate
from seamline.wire.policy import FORWARD, Action
from seamline.wire.postgresql.codec import ProtocolViolation, message, query
from seamline.wire.reading import Reading

from .conftest import Place
from .talk import SEEN, TALK, Table, complete, error, ready, row
from .test_session import CUTS, pieces


@dataclass
class Way(Table):
    """A connection as the proxy has it: what may go ahead does, what waits goes on at once."""

    ahead: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reading = Reading(self.session)

    def says(self, by_client: bool, data: bytes) -> None:
        if data and self.reading.passes:
            self.ahead += len(data)
            if by_client:
                self.to_server += data
            else:
                self.to_client += data
            self.reading.note(by_client, data)
        elif data:
            self.reading.read(by_client, data)
        self._move()
        self.go_on()

    def go_on(self, action: Action = FORWARD) -> None:
        while self.session.gate is not None:
            self.decide(action)


DOES = st.sampled_from(["", "", "", "ask", "gate", "open"])


@given(st.lists(st.tuples(CUTS, CUTS), min_size=len(TALK), max_size=len(TALK)), st.data())
@settings(max_examples=150)
def test_whoever_asks_or_decides_in_between_changes_nothing(
    cuts: list[tuple[list[int], list[int]]], data: st.DataObject
) -> None:
    way = Way()
    for turn, places in zip(TALK, cuts, strict=True):
        for said, where, by_client in zip(turn, places, (True, False), strict=True):
            for piece in pieces(said, where):
                match data.draw(DOES):
                    case "ask":
                        way.reading.catch_up()
                    case "gate" | "open" as does:
                        way.reading.gated(does == "gate")
                        way.go_on()
                way.says(by_client, piece)
    assert way.reading.catch_up() == ()
    assert way.told() == SEEN
    assert way.to_server == b"".join(said for said, _ in TALK)
    assert way.to_client == b"".join(answered for _, answered in TALK)


def test_bytes_go_ahead_while_nobody_decides() -> None:
    way = Way()
    for said, answered in TALK:
        way.says(True, said)
        way.says(False, answered)
    assert way.ahead == sum(len(said) + len(answered) for said, answered in TALK)


def test_times_are_those_of_the_bytes_not_of_the_reading() -> None:
    way = Way()
    way.says(True, query("SELECT 1"))
    before = way.reading._unread[0][2]
    way.says(False, row() + complete("SELECT 1") + ready())
    after = way.reading._unread[1][2]
    way.reading.catch_up()
    assert [(r.started, r.ended) for r in way.seen] == [(before, after)]


def test_a_fault_is_kept_up_when_nobody_decides_any_more() -> None:
    way = Way()
    way.reading.gated(True)
    way.reading.read(True, query("COMMIT"))
    way.go_on(Action("commit_error", "40001", "not now"))
    way.reading.gated(False)
    way.says(False, complete("ROLLBACK") + ready() + error("42601", "syntax")[:9])
    way.says(False, error("42601", "syntax")[9:] + ready())
    assert b"not now" in way.to_client and b"syntax" not in way.to_client
    assert b"ROLLBACK" not in way.to_client
    way.says(True, query("SELECT 1"))
    assert way.reading.passes


def test_much_that_nobody_asks_for_is_not_kept() -> None:
    way = Way()
    for _ in range(5_000):
        way.says(True, query("SELECT 1"))
        way.says(False, row(500) + complete("SELECT 1") + ready())
        assert sum(len(data) for _, data, _ in way.reading._unread) < 70_000
    way.reading.catch_up()
    assert len(way.seen) == 5_000


@pytest.mark.parametrize("by_client", [True, False])
def test_what_is_no_message_is_told_when_it_is_read(by_client: bool) -> None:
    way = Way()
    way.says(True, query("SELECT 1"))
    way.says(by_client, message(b"D", b"")[:1] + b"\0\0\0\0" + b"x" * 10)
    with pytest.raises(ProtocolViolation, match="^a message" if by_client else "database server"):
        way.reading.catch_up()


async def test_a_policy_hears_nothing_of_what_was_before_it(place: Place) -> None:
    c = await asyncpg.connect(place.through.url)
    await c.fetchval("SELECT 1")
    gate = Gate(lambda pending: False)
    await place.tap.use(gate)
    await c.fetchval("SELECT 2")
    assert (await gate.ended.get()).text == "SELECT 2"
    await place.tap.use(None)
    await c.close()


async def test_asking_all_the_time_loses_nothing(place: Place) -> None:
    c = await asyncpg.connect(place.through.url)
    await place.seen()
    found: list[str | None] = []
    for number in range(300):
        await c.fetchval("SELECT $1::int", number)
        if number % 3:
            taken, _ = await place.tap.take(100)
            found += [s.params[0] for s in taken if s.params]
    taken, _ = await place.tap.take(100)
    found += [s.params[0] for s in taken if s.params]
    assert found == [str(number) for number in range(300)]
    await c.close()
