"""Runs in Soda's environment: reads the checks, verifies a contract, writes which of them failed.

python soda.py checks.json address.json results.json
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any


def contract(checks: list[dict[str, Any]], database: str) -> dict[str, Any]:
    """A contract in Soda's notation (YAML, of which JSON is a part)."""
    columns: dict[str, list[dict[str, Any]]] = {}
    whole: list[dict[str, Any]] = []
    for check in checks:
        kind, body = _check(check, database)
        named = {kind: {"name": check["name"], "qualifier": _slug(check["name"]), **body}}
        if kind in ("failed_rows", "row_count", "freshness"):
            whole.append(named)
        else:
            columns.setdefault(check["column"], []).append(named)
    listed = [{"name": name, "checks": found} for name, found in columns.items()]
    return {"dataset": f"bench/{database}/public/orders", "columns": listed, "checks": whole}


def _check(check: dict[str, Any], database: str) -> tuple[str, dict[str, Any]]:
    low: Any = check.get("min")
    high: Any = check.get("max")
    match check["kind"]:
        case "notNull":
            return "missing", {}
        case "nullShare":
            threshold = {"metric": "percent", "must_be_less_than_or_equal": high * 100}
            return "missing", {"threshold": threshold}
        case "range" if isinstance(low, str):
            column = check["column"]
            return "failed_rows", {"expression": f"{column} < '{low}' OR {column} > '{high}'"}
        case "range":
            return "invalid", {"valid_min": low, "valid_max": high}
        case "matches":
            return "invalid", {"valid_format": {"regex": check["pattern"], "name": check["name"]}}
        case "oneOf":
            return "invalid", {"valid_values": check["values"]}
        case "length":
            return "invalid", {"valid_min_length": low, "valid_max_length": high}
        case "unique":
            return "duplicate", {}
        case "references":
            dataset = f"bench/{database}/public/{check['table']}"
            return "invalid", {"valid_reference_data": {"dataset": dataset, "column": "id"}}
        case "constraint":
            return "failed_rows", {"expression": f"NOT ({check['expression']})"}
        case "rowCount":
            return "row_count", {"threshold": _between(low, high)}
        case "mean":
            return "aggregate", {"function": "avg", "threshold": _between(low, high)}
        case "freshness":
            threshold = {"unit": "day", "must_be_less_than": check["days"]}
            return "freshness", {"column": check["column"], "threshold": threshold}
    raise ValueError(check["kind"])


def _between(low: float, high: float) -> dict[str, Any]:
    return {"must_be_between": {"greater_than_or_equal": low, "less_than_or_equal": high}}


def _slug(name: str) -> str:
    return name.replace(" ", "_")


def main(checks: Path, address: Path, results: Path) -> None:
    """Verify, and write the outcome of each check by name."""
    from soda_core.contracts.api.verify_api import (  # type: ignore[import-not-found]
        verify_contract_locally,
    )

    at = json.loads(address.read_text())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = {"type": "postgres", "name": "bench", "connection": at}
        (folder / "source.yml").write_text(json.dumps(source))
        written = contract(json.loads(checks.read_text()), at["database"])
        (folder / "contract.yml").write_text(json.dumps(written))
        done = verify_contract_locally(
            data_source_file_path=str(folder / "source.yml"),
            contract_file_path=str(folder / "contract.yml"),
        )
    found = {
        c.check.name: c.outcome.value
        for r in done.contract_verification_results
        for c in r.check_results
    }
    results.write_text(json.dumps(found))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
