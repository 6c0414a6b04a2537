"""Writes the table in docs/checks.md: every check but those of rows, its source, severity, defects.

python docs/checks_table.py            rewrites it
python docs/checks_table.py --check    says whether it is true, and changes nothing
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from shop.defects import DEFECTS

from seamline.checks import CHECKS
from seamline.explore.faults.judge import TRIAL_CHECKS
from seamline.model.vocabulary import DATA_CHECKS, HAZARD_CHECKS, MIGRATION_CHECKS, SCHEDULE_CHECKS

PAGE = Path(__file__).resolve().parent / "checks.md"
BEGIN = "<!-- table: written by docs/checks_table.py -->"
END = "<!-- end of table -->"
_WARNINGS = ("modelsMatchSchema", "historyKept", *HAZARD_CHECKS)


def table() -> str:
    """The table, a line a check in the order of registration."""
    return "\n".join(
        (
            "| check | severity | source | defects of examples/shop that it finds |",
            "| --- | --- | --- | --- |",
            *_lines(),
        )
    )


def _lines() -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for defect in DEFECTS:
        found.setdefault(defect.check, []).append(f"`{defect.name}`")
    for name, check in CHECKS.items():
        defects = ", ".join(found.get(name, ()))
        yield f"| [{name}](#{name.lower()}) | {check.severity} | {check.source} | {defects} |"
    for name, trial in TRIAL_CHECKS.items():
        defects = ", ".join(found.get(name, ()))
        yield f"| [{name}](#{name.lower()}) | {trial.severity} | {trial.source} | {defects} |"
    for name in SCHEDULE_CHECKS:
        severity = "warning" if name == "noDeadlock" else "error"
        defects = ", ".join(found.get(name, ()))
        yield f"| [{name}](#{name.lower()}) | {severity} | two requests at once | {defects} |"
    for name in MIGRATION_CHECKS:
        severity = "warning" if name in _WARNINGS else "error"
        defects = ", ".join(found.get(name, ()))
        yield f"| [{name}](#{name.lower()}) | {severity} | the walk through the history | {defects} |"
    for name in DATA_CHECKS:
        if name in found:
            yield f"| [{name}](#rows) | as declared | the catalog, the data file | {', '.join(found[name])} |"


def page(text: str) -> str:
    """The page with its table made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> None:
    """Rewrite the page, or with --check tell whether that would change it."""
    text = PAGE.read_text()
    if BEGIN not in text or END not in text:
        sys.exit(f"{PAGE.name}: the lines {BEGIN!r} and {END!r} are gone")
    if "--check" in sys.argv[1:]:
        sys.exit(f"{PAGE.name}: run python docs/checks_table.py" if page(text) != text else 0)
    PAGE.write_text(page(text))


if __name__ == "__main__":
    main()
