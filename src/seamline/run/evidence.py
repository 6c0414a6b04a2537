"""Exchanges made fit to show: bounded, redacted, as text."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from seamline.checks.status_as_expected import name_of
from seamline.model.exchange import Exchange, Request, Response
from seamline.model.finding import Evidence, Finding, Transcript
from seamline.model.statement import SqlStatement
from seamline.text.curl import curl
from seamline.text.redact import Redactor

MAX_BODY = 16 * 1024
MAX_ROWS = 50
MAX_SQL = 100


def with_evidence(finding: Finding, exchanges: Sequence[Exchange], redactor: Redactor) -> Finding:
    """The finding with the transcripts of its case up to the exchange judged, and no secret in it."""
    shown = tuple(transcript(x, redactor) for x in exchanges if x.step <= finding.step)
    return msgspec.structs.replace(
        finding,
        title=redactor.text(finding.title),
        expected=redactor.text(finding.expected),
        actual=redactor.text(finding.actual),
        evidence=msgspec.structs.replace(finding.evidence or Evidence(), exchanges=shown),
    )


def transcript(x: Exchange, redactor: Redactor) -> Transcript:
    """One exchange as text."""
    headers = redactor.headers(x.request.headers)
    body = _body_text(x.request.body, redactor)
    target = redactor.text(x.request.target)
    return Transcript(
        step=x.step,
        label=x.label,
        operation=x.operation,
        identity=x.identity,
        request=_request_text(x.request, target, headers, body),
        curl=curl(x.request.method, target, headers, body),
        response=_response_text(x.response, x.failure, redactor),
        status=x.status,
        changes=None
        if x.changes is None
        else tuple(redactor.change(c) for c in x.changes[:MAX_ROWS]),
        notes=x.notes
        + (
            (f"{len(x.changes) - MAX_ROWS} more row changes are not shown",)
            if x.changes is not None and len(x.changes) > MAX_ROWS
            else ()
        ),
        sql=None if x.sql is None else _sql(x.sql[:MAX_SQL], redactor),
    )


def _sql(statements: Sequence[SqlStatement], redactor: Redactor) -> tuple[SqlStatement, ...]:
    """Statements fit to show: connections and transactions counted from 1, times from the first."""
    connections: dict[int, int] = {}
    transactions: dict[tuple[int, int], int] = {}
    shown = []
    for s in statements:
        connection = connections.setdefault(s.connection, len(connections) + 1)
        number = transactions.setdefault((s.connection, s.transaction), len(transactions) + 1)
        shown.append(
            msgspec.structs.replace(
                redactor.statement(s),
                connection=connection,
                transaction=number,
                started_ms=round(s.started_ms - statements[0].started_ms, 2),
                duration_ms=round(s.duration_ms, 2),
            )
        )
    return tuple(shown)


def _body_text(body: bytes | None, redactor: Redactor) -> str | None:
    if body is None:
        return None
    # More is redacted than shown: the beginning of a secret that the cut divides is one too.
    text = redactor.text(body[: MAX_BODY + 4096].decode("utf-8", "replace"))[:MAX_BODY]
    return text + (f"… ({len(body)} bytes)" if len(body) > MAX_BODY else "")


def _request_text(
    request: Request, target: str, headers: list[tuple[str, str]], body: str | None
) -> str:
    lines = [f"{request.method} {target}", *(f"{n}: {v}" for n, v in headers)]
    return "\n".join(lines) + (f"\n\n{body}" if body is not None else "")


def _response_text(response: Response | None, failure: str, redactor: Redactor) -> str:
    if response is None:
        return f"(no answer: {failure})"
    lines = [name_of(response.status)]
    lines += [f"{n}: {v}" for n, v in redactor.headers(response.headers)]
    body = _body_text(response.body, redactor)
    return "\n".join(lines) + (f"\n\n{body}" if body else "")
