"""The checks as Data_Validation_Framework.json has them."""

from __future__ import annotations

from typing import Any


def framework(checks: list[dict[str, Any]]) -> dict[str, Any]:
    """The file's content."""
    return {"version": 1, "tables": {"orders": {"checks": [_check(c) for c in checks]}}}


def _check(check: dict[str, Any]) -> dict[str, Any]:
    kind = check["kind"]
    said = {k: v for k, v in check.items() if k != "kind"}
    match kind:
        case "references":
            columns = [said.pop("column")]
            return {"check": kind, "columns": columns, **said, "to": ["id"]}
        case "freshness":
            age = f"{said.pop('days')}d"
            return {"check": kind, **said, "maxAge": age}
        case "unique":
            columns = [said.pop("column")]
            return {"check": kind, "columns": columns, **said}
    return {"check": kind, **said}
