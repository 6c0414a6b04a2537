"""What a system changes by itself with what it is asked for: columns of the row, rows of logs."""

from __future__ import annotations

import re

from seamline.checks.context import Context
from seamline.model.catalog import Column

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CLOCK_TYPES = ("timestamp", "time", "date", "interval")
_DERIVED_TYPES = ("tsvector", "json", "jsonb", "bytea", "xml", "hstore")
"""Documents hold clocks and counters inside; what is searched by is made of the rest."""
_KEPT = re.compile(
    r"(?:^|_)(?:version|revision|rev|etag|hash|digest|checksum|fingerprint|seq|sequence|lock|nonce"
    r"|updated|modified|changed|touched|edited|last|synced?|editor|modifier|updater|by"
    r"|count|counter|counts|hits|views|edits|updates|attempts|retries)(?:_|$)"
    r"|(?:^|_)(?:\w+_)?(?:at|on|ts|timestamp|time|date)$",
    re.IGNORECASE,
)
_LOG = re.compile(
    r"(?:^|[_.])(?:audits?|audit_?\w*|logs?|\w*logs?|histor(?:y|ies)|\w*_history|events?|outbox"
    r"|journals?|activit(?:y|ies)|changelogs?|changes|versions?|revisions?|notifications?|messages?"
    r"|jobs?|tasks?|queues?|emails?|mails?|deliver(?:y|ies)|webhooks?|metrics?|statistics|stats"
    r"|trace|traces|timestamps?|tombstones?|archives?)(?:$|_)",
    re.IGNORECASE,
)
_NOTED = re.compile(
    r"(?:^|[_.])(?:audits?|audit_?(?:logs?|trail|entr(?:y|ies)|events?|records?)|outbox(?:_?\w+)?"
    r"|change_?logs?|histor(?:y|ies)|journals?)$",
    re.IGNORECASE,
)
_AUDIT = re.compile(r"(?:^|_)(?:audits?|logs?|trails?|attempts?)(?:_|$)")


def keeps_itself(column: Column) -> bool:
    """Whether a column may change with any write: a clock, a version, a counter, what is derived."""
    return (
        column.generated
        or column.base.startswith(_CLOCK_TYPES)
        or column.base in _DERIVED_TYPES
        or column.base.endswith("[]")
        or _KEPT.search(_HUMP.sub("_", column.name)) is not None
    )


def is_log(table: str) -> bool:
    """Whether a table's name says that each request may add to it: audit, outbox, history, queue."""
    return _LOG.search(_HUMP.sub("_", table)) is not None


def notes_changes(table: str) -> bool:
    """Whether a table's name says that each change is noted there: an audit, an outbox, a history."""
    return _NOTED.search(table) is not None


def is_audit(table: str) -> bool:
    """Whether a table's name says that attempts are noted there, refused ones too.

    An outbox is none: it tells others of what has happened.
    """
    return _AUDIT.search(table) is not None


def telling(columns: frozenset[str], table: str, context: Context) -> list[str]:
    """Those of a row's changed columns that no system changes by itself, and that are no noise."""
    known = context.table(table)
    return sorted(
        name
        for name in columns
        if (table, name) not in context.noise.columns
        and known is not None
        and name in known.by_column
        and not keeps_itself(known.by_column[name])
    )
