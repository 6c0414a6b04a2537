"""One connection without I/O: any split of a valid stream gives the same statements and the same bytes."""

from __future__ import annotations

from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamline.wire.policy import Action
from seamline.wire.postgresql.codec import HEAD, ProtocolViolation, message, query
from seamline.wire.postgresql.fault import BIND_NOTHING, QUERY_NOTHING, ROLLBACK
from seamline.wire.postgresql.startup import Startup

from . import talk
from .talk import SEEN, SYNC, TALK, Table, bind, complete, error, execute, parse, ready, row


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({c % (len(data) + 1) for c in cuts})
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]


CUTS = st.lists(st.integers(0, 200_000), max_size=12)


@given(st.lists(st.tuples(CUTS, CUTS), min_size=len(TALK), max_size=len(TALK)))
@settings(max_examples=150)
def test_any_split_of_a_talk_is_the_same_talk(cuts: list[tuple[list[int], list[int]]]) -> None:
    table = Table()
    for (said, answered), (first, second) in zip(TALK, cuts, strict=True):
        for piece in pieces(said, first):
            table.client(piece)
        for piece in pieces(answered, second):
            table.server(piece)
    assert table.told() == SEEN
    assert table.to_server == b"".join(said for said, _ in TALK)
    assert table.to_client == b"".join(answered for _, answered in TALK)
    assert not table.session.in_flight


def test_byte_by_byte() -> None:
    table = Table()
    for said, answered in TALK:
        for byte in said:
            table.client(bytes((byte,)))
        for byte in answered:
            table.server(bytes((byte,)))
    assert table.told() == SEEN


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=60)), max_size=20))
@settings(max_examples=300)
def test_hostile_bytes_raise_nothing_else(said: list[tuple[bool, bytes]]) -> None:
    table = Table()
    try:
        for by_client, data in said:
            (table.client if by_client else table.server)(data)
    except ProtocolViolation:
        pass


KINDS = st.sampled_from(b"BCDEFHPQSXcdfpRKZTtn123INAGWs")


@given(
    st.lists(st.tuples(st.booleans(), KINDS, st.binary(max_size=30)), max_size=40), st.booleans()
)
@settings(max_examples=300)
def test_messages_in_any_order_raise_nothing_else(
    said: list[tuple[bool, int, bytes]], gated: bool
) -> None:
    table = Table(gated=gated)
    try:
        for by_client, kind, body in said:
            (table.client if by_client else table.server)(message(bytes((kind,)), body))
            while table.session.gate is not None:
                table.decide(Action())
    except ProtocolViolation:
        pass


@given(st.binary(max_size=200))
def test_hostile_openings_raise_nothing_else(data: bytes) -> None:
    startup = Startup()
    startup.feed(data)
    try:
        while startup.take() is not None:
            pass
    except ProtocolViolation:
        pass


def test_an_unfinished_message_is_not_held_for_long() -> None:
    table = Table()
    text = "SELECT '" + "x" * 5_000_000 + "'"
    said = query(text)
    for at in range(0, len(said), 50_000):
        table.client(said[at : at + 50_000])
        assert len(table.session._client._data) <= HEAD + 50_000
    table.server(complete("SELECT 1") + ready())
    assert table.to_server == said
    (statement,) = table.statements()
    assert statement.cut and len(statement.text) <= HEAD


def test_a_long_row_is_passed_on_as_it_comes() -> None:
    table = Table()
    table.client(query("SELECT big"))
    data = row(3_000_000)
    table.server(data[:1000])
    assert table.to_client == data[:1000]
    table.server(data[1000:] + complete("SELECT 1") + ready())
    assert table.to_client == data + complete("SELECT 1") + ready()
    assert table.statements()[0].rows == 1


def test_a_sync_before_rows_are_copied_in_is_not_answered() -> None:
    table = Table()
    table.client(parse("COPY t FROM STDIN") + bind() + execute() + SYNC)
    table.server(talk.PARSED + talk.BOUND + talk.COPY_IN)
    table.client(message(b"d", b"1\n") + SYNC + talk.COPY_DONE + SYNC)
    table.server(complete("COPY 1") + ready("T"))
    table.client(query("COMMIT"))
    table.server(complete("COMMIT") + ready())
    assert [s.tag for s in table.statements()] == ["COPY 1", "COMMIT"]
    assert not table.session.in_flight


def test_rows_copied_in_without_waiting() -> None:
    table = Table()
    table.client(parse("COPY t FROM STDIN") + bind() + execute() + SYNC)
    table.client(message(b"d", b"1\n") + talk.COPY_DONE + SYNC + query("SELECT 1"))
    table.server(talk.PARSED + talk.BOUND + talk.COPY_IN + complete("COPY 1") + ready())
    table.server(row() + complete("SELECT 1") + ready())
    assert [(s.tag, s.transaction) for s in table.statements()] == [("COPY 1", 1), ("SELECT 1", 2)]


def test_what_is_sent_after_an_error_up_to_sync_is_skipped() -> None:
    table = Table()
    table.client(parse("SELECT bad") + bind() + execute() + talk.FLUSH)
    table.server(error("42703", "no such column"))
    table.client(parse("SELECT 1") + bind() + execute())
    assert table.statements() == []
    table.client(SYNC + query("SELECT 2"))
    table.server(ready() + row() + complete("SELECT 1") + ready())
    assert [(s.text, s.sqlstate) for s in table.statements()] == [
        ("SELECT bad", "42703"),
        ("SELECT 1", ""),
        ("SELECT 2", ""),
    ]


@pytest.mark.parametrize("first", [1, 3, 4, 8])
@pytest.mark.parametrize("gated", [False, True])
def test_what_is_not_run_is_told_whenever_the_error_comes(first: int, gated: bool) -> None:
    """The server refuses at the first Parse; how much was sent by then is chance."""
    table = Table(gated=gated)
    said = [parse("SELECT bad"), bind(), execute(), talk.describe()]
    said += [parse("SELECT 2"), bind(), execute(), query("SELECT 3")]
    table.client(b"".join(said[:first]))
    table.server(error("42703", "no such column"))
    table.client(b"".join(said[first:]) + SYNC)
    while table.session.gate is not None:
        table.decide(Action())
    table.server(ready())
    assert table.to_server == b"".join(said) + SYNC
    assert [(s.text, s.sqlstate, s.message.partition(":")[0]) for s in table.statements()] == [
        ("SELECT bad", "42703", "no such column"),
        ("SELECT 2", "", "not run"),
        ("SELECT 3", "", "not run"),
    ]
    assert not table.session.in_flight


def test_an_error_of_what_is_no_statement_is_no_statements() -> None:
    table = Table()
    table.client(talk.describe("S", "gone") + parse("SELECT 1") + bind() + execute() + SYNC)
    table.server(error("26000", "does not exist") + ready())
    assert [(s.text, s.sqlstate) for s in table.statements()] == [("SELECT 1", "")]


def test_binary_parameters_are_read_by_their_type() -> None:
    table = Table()
    table.client(message(b"P", b"s\0SELECT $1, $2\0" + pack("!HII", 2, 23, 17)) + SYNC)
    table.server(talk.PARSED + ready())
    values = pack("!i", 4) + pack("!i", -7) + pack("!i", 2) + b"\xff\x00"
    body = b"\0s\0" + pack("!HH", 1, 1) + pack("!H", 2) + values + pack("!H", 0)
    table.client(message(b"B", body) + execute() + SYNC)
    table.server(talk.BOUND + row() + complete("SELECT 1") + ready())
    assert table.statements()[-1].params == ("-7", "\\xff00")


def test_a_fault_is_the_servers_own_refusal_in_other_words() -> None:
    table = Table(gated=True)
    table.client(parse("UPDATE t SET a = 1") + bind() + execute() + SYNC)
    assert table.session.gate is not None and table.session.gate.kind == "write"
    assert table.to_server == parse("UPDATE t SET a = 1")
    table.decide(Action("error", "40001", "not now"))
    assert table.to_server == parse("UPDATE t SET a = 1") + BIND_NOTHING + execute() + SYNC
    table.server(talk.PARSED + error("26000", "does not exist") + ready("E"))
    assert b"C40001\0Mnot now" in table.to_client and b"26000" not in table.to_client
    (statement,) = table.statements()
    assert (statement.sqlstate, statement.tx_status) == ("40001", "E")


def test_a_long_statement_that_is_refused_goes_nowhere() -> None:
    table = Table(gated=True)
    said = query("INSERT INTO t VALUES ('" + "x" * 300_000 + "')")
    for at in range(0, len(said), 10_000):
        table.client(said[at : at + 10_000])
        if table.session.gate is not None:
            table.decide(Action("error", "53100"))
    assert table.to_server == QUERY_NOTHING
    table.client(query("SELECT 1"))
    table.decide(Action())
    assert table.to_server == QUERY_NOTHING + query("SELECT 1")


def test_a_commit_that_fails_is_a_rollback_that_nobody_hears_of() -> None:
    table = Table(gated=True)
    table.client(query("COMMIT"))
    table.decide(Action("commit_error", "40001"))
    assert table.to_server == ROLLBACK + QUERY_NOTHING
    table.server(complete("ROLLBACK") + ready())
    assert table.to_client == b""
    table.server(error("42601", "syntax") + ready())
    assert table.to_client.startswith(b"E") and table.to_client.endswith(ready())
    assert table.statements()[0].sqlstate == "40001"


def test_a_commit_that_fails_behind_rows_that_were_copied_in_too_late() -> None:
    """Who copies rows in hears of an error when all of them are sent; nothing answers that they are."""
    table = Table(gated=True)
    table.client(query("COPY t FROM STDIN"))
    table.decide(Action())
    table.server(talk.COPY_IN + error("22P02", "no number") + ready("E"))
    table.client(talk.COPY_DONE + query("ROLLBACK"))
    before = table.to_client
    table.decide(Action("commit_error", "40001"))
    table.server(complete("ROLLBACK") + ready())
    assert table.to_client == before
    table.server(error("42601", "syntax") + ready())
    assert [s.sqlstate for s in table.statements()] == ["22P02", "40001"]


@pytest.mark.parametrize("do", ["forward", "error", "commit_error", "drop_after"])
def test_what_is_decided_when_the_server_skips_it_already_is_done_to_nothing(do: Any) -> None:
    table = Table(gated=True)
    rest = execute() + SYNC
    table.client(bind() + execute() + bind() + rest)
    table.decide(Action())
    table.server(error("26000", "no such statement"))
    table.decide(Action(do))
    table.server(ready())
    assert table.to_server == bind() + execute() + bind() + rest
    assert table.to_client == error("26000", "no such statement") + ready()
    assert not table.session.in_flight


def test_a_lost_answer_is_carried_out() -> None:
    table = Table(gated=True)
    table.client(query("COMMIT"))
    table.decide(Action("drop_after"))
    assert table.to_server == query("COMMIT") and not table.session.ended
    table.server(complete("COMMIT") + ready())
    assert table.session.ended and table.to_client == b""
    assert table.statements()[0].tag == "COMMIT"


def test_a_lost_connection_takes_the_statement_along() -> None:
    table = Table(gated=True)
    table.client(query("COMMIT"))
    table.decide(Action("drop"))
    assert table.session.ended and table.to_server == b""


@pytest.mark.parametrize("kind", [b"Z", b"R", b"\0", b"\xff"])
def test_a_kind_that_no_client_sends(kind: bytes) -> None:
    with pytest.raises(ProtocolViolation, match="unknown kind"):
        Table().client(message(kind, b""))


def test_replication_and_old_protocols_are_refused() -> None:
    for packet, words in (
        (pack("!I", 196608) + b"user\0u\0replication\0database\0\0", "replication"),
        (pack("!I", 131072) + b"\0\0\0\0", "unsupported frontend protocol 2"),
        (b"GET / HTTP/1.1\r\n\r\n", "no startup packet"),
    ):
        startup = Startup()
        framed = packet if packet.startswith(b"GET") else pack("!I", len(packet) + 4) + packet
        startup.feed(framed)
        with pytest.raises(ProtocolViolation, match=words):
            startup.take()
