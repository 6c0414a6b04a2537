"""SQL of the data file before it is sent to a database that is not ours: one SELECT that only reads.

The connection lets nothing be written anyway. This says in words what would be refused, and refuses what
a transaction cannot take back: functions that reach beyond it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from seamline.data.rule import Rule

_BEYOND = re.compile(
    r"dblink.*|lo_.*|pg_(terminate|cancel)_backend|pg_(reload_conf|rotate_logfile|promote|notify)"
    r"|pg_(switch_wal|create_.*|drop_.*|logical_.*|replication_.*|wal_replay_.*|backup_.*|start_backup)"
    r"|pg_(stat_reset.*|export_snapshot|file_.*|read_.*|try_advisory_.*|advisory_.*|sleep.*)"
    r"|set_config|nextval|setval|query_to_xml.*|cursor_to_xml.*|table_to_xml.*|.*_to_xml_and_.*"
)


def refusal(rule: Rule) -> str:
    """Why the rule's SQL may not be sent; empty where it may."""
    if rule.origin == "the catalog":
        return ""
    if rule.check == "sql":
        return _of_query(rule.sql)
    texts = {"where": rule.where, "tableWhere": rule.other_where}
    if rule.check == "constraint":
        texts["expression"] = rule.sql
    if rule.check == "equalSums":
        texts |= {"sum": rule.sql, "equals": rule.other_sql}
    return next((f"{k}: {said}" for k, sql in texts.items() if (said := _of_expression(sql))), "")


def _of_query(sql: str) -> str:
    from sqlglot import exp

    trees = _parsed(sql)
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        return "it must be one SELECT"
    return next(_writes(trees[0]), "")


def _of_expression(sql: str) -> str:
    from sqlglot import exp

    if not sql:
        return ""
    trees = _parsed(sql)
    if len(trees) != 1 or isinstance(trees[0], exp.Query | exp.DML | exp.DDL | exp.Command):
        return "it must be one expression over the row's columns"
    return next(_writes(trees[0]), "")


def _parsed(sql: str) -> list[Any]:
    """The statements of a text; none where it cannot be read."""
    import sqlglot

    try:
        return [tree for tree in sqlglot.parse(sql, dialect="postgres") if tree is not None]
    except (sqlglot.errors.SqlglotError, RecursionError):
        return []


def _writes(tree: Any) -> Iterator[str]:
    from sqlglot import exp

    for node in tree.walk():
        if isinstance(
            node, exp.Insert | exp.Update | exp.Delete | exp.Merge | exp.Into | exp.Create
        ):
            yield f"it must only read, and not {node.key.upper()}"
        elif isinstance(node, exp.Lock):
            yield "it must only read, and lock no rows"
        elif isinstance(node, exp.Func):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            if _BEYOND.fullmatch(name):
                yield f"it must only read: {name}() is not allowed here"
