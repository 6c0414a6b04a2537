"""Runs in Great Expectations' environment: reads the checks, validates them, writes which failed.

python expectations.py checks.json address.json results.json
"""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


def expectation(check: dict[str, Any]) -> Any:
    """One check in Great Expectations' words."""
    from great_expectations import expectations as gxe  # type: ignore[import-not-found]

    column = check.get("column")
    low: Any = check.get("min")
    high: Any = check.get("max")
    meta = {"name": check["name"]}
    match check["kind"]:
        case "notNull":
            return gxe.ExpectColumnValuesToNotBeNull(column=column, meta=meta)
        case "nullShare":
            return gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=1 - high, meta=meta)
        case "range":
            low, high = (
                datetime.fromisoformat(v) if isinstance(v, str) else v for v in (low, high)
            )
            return gxe.ExpectColumnValuesToBeBetween(
                column=column, min_value=low, max_value=high, meta=meta
            )
        case "matches":
            return gxe.ExpectColumnValuesToMatchRegex(
                column=column, regex=check["pattern"], meta=meta
            )
        case "oneOf":
            return gxe.ExpectColumnValuesToBeInSet(
                column=column, value_set=check["values"], meta=meta
            )
        case "length":
            return gxe.ExpectColumnValueLengthsToBeBetween(
                column=column, min_value=low, max_value=high, meta=meta
            )
        case "unique":
            return gxe.ExpectColumnValuesToBeUnique(column=column, meta=meta)
        case "references":
            query = (
                f"SELECT o.id FROM {{batch}} o LEFT JOIN {check['table']} p ON p.id = o.{column}"
                f" WHERE o.{column} IS NOT NULL AND p.id IS NULL"
            )
            return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, meta=meta)
        case "constraint":
            query = f"SELECT id FROM {{batch}} WHERE NOT ({check['expression']})"
            return gxe.UnexpectedRowsExpectation(unexpected_rows_query=query, meta=meta)
        case "rowCount":
            return gxe.ExpectTableRowCountToBeBetween(min_value=low, max_value=high, meta=meta)
        case "mean":
            return gxe.ExpectColumnMeanToBeBetween(
                column=column, min_value=low, max_value=high, meta=meta
            )
        case "freshness":
            oldest = datetime.now() - timedelta(days=check["days"])
            return gxe.ExpectColumnMaxToBeBetween(column=column, min_value=oldest, meta=meta)
    raise ValueError(check["kind"])


def main(checks: Path, address: Path, results: Path) -> None:
    """Validate, and write the outcome of each check by name."""
    import great_expectations as gx

    at = json.loads(address.read_text())
    url = "postgresql+psycopg2://{user}:{password}@{host}:{port}/{database}".format(**at)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_postgres("bench", connection_string=url).add_table_asset(
        "orders", table_name="orders"
    )
    suite = gx.ExpectationSuite("bench")
    for check in json.loads(checks.read_text()):
        suite.add_expectation(expectation(check))
    definition = gx.ValidationDefinition(
        name="bench", data=asset.add_batch_definition_whole_table("all"), suite=suite
    )
    suite = context.suites.add(suite)
    done = context.validation_definitions.add(definition).run(result_format="SUMMARY")
    found = {}
    for result in done.results:
        name = result.expectation_config.meta["name"]
        broke = result.exception_info or {}
        raised = broke.get("raised_exception") or any(
            isinstance(v, dict) and v.get("raised_exception") for v in broke.values()
        )
        found[name] = "NOT_EVALUATED" if raised else "PASSED" if result.success else "FAILED"
    results.write_text(json.dumps(found))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
