"""A statement on its way: what is noted while it runs, made into a record when that is asked for."""

from __future__ import annotations

from seamline.model.statement import SqlStatement, TxStatus
from seamline.wire.policy import Pending
from seamline.wire.postgresql.kind import kind_of
from seamline.wire.postgresql.params import params_of

TEXT = 16 * 1024
"""So much of a statement's text is kept."""


class Running:
    """Cheap to note while bytes wait to be passed on; parameters are decoded when somebody looks."""

    __slots__ = (
        "bind",
        "bound",
        "connection",
        "cut",
        "drop_after",
        "ended",
        "fault",
        "kept",
        "message",
        "number",
        "oids",
        "returned",
        "sqlstate",
        "started",
        "tags",
        "text",
        "transaction",
        "tx_status",
    )

    def __init__(
        self, number: int, connection: int, text: str, bind: bytes | None, started: float
    ) -> None:
        self.number = number
        self.connection = connection
        self.text = text[:TEXT]
        self.cut = len(text) > TEXT
        self.bind = bind
        self.oids: tuple[int, ...] = ()
        self.started = started
        self.ended = 0.0
        self.tags: list[str] = []
        self.returned = 0
        self.sqlstate = self.message = ""
        self.transaction = 0
        self.tx_status: TxStatus = ""
        self.fault: tuple[str, str] | None = None
        self.drop_after = False
        self.kept = False
        self.bound: tuple[tuple[str | None, ...], bool] | None = None

    def params(self) -> tuple[tuple[str | None, ...], bool] | None:
        """The parameters and whether they were cut; None where there can be none."""
        if self.bound is None and self.bind is not None:
            self.bound = params_of(self.bind, self.oids)
            self.bind = b""
        return self.bound

    def pending(self, backend: int, in_transaction: bool) -> Pending:
        """What a policy is told of it."""
        bound = self.params()
        return Pending(
            number=self.number,
            connection=self.connection,
            backend=backend,
            text=self.text,
            params=bound[0] if bound else None,
            kind=kind_of(self.text),
            in_transaction=in_transaction,
        )

    def record(self) -> SqlStatement:
        """What is kept of it."""
        bound = self.params()
        return SqlStatement(
            text=self.text,
            kind=kind_of(self.text),
            params=bound[0] if bound else None,
            tag="; ".join(self.tags),
            rows=self._rows(),
            sqlstate=self.sqlstate,
            message=self.message,
            connection=self.connection,
            transaction=self.transaction,
            tx_status=self.tx_status,
            started_ms=self.started * 1000,
            duration_ms=max(0.0, (self.ended - self.started) * 1000),
            cut=self.cut or bool(bound and bound[1]),
        )

    def _rows(self) -> int | None:
        counts = [word for tag in self.tags if (word := tag.rpartition(" ")[2]).isdigit()]
        if self.returned:
            return self.returned
        return sum(map(int, counts)) if counts else None
