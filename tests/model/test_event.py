"""Whatever event carries findings gives them, and has them changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import msgspec
import pytest

from seamline.model.event import Event, findings_of, with_findings
from seamline.model.finding import Finding

FOUND = Finding(
    check="noServerError",
    severity="error",
    subject="GET /a",
    title="t",
    expected="e",
    actual="a",
    detail="d",
    kind="positive",
    case="c",
    step=0,
)
CARRIERS = [
    kind
    for kind in get_args(Event)
    if {"finding", "findings"} & {f.name for f in msgspec.structs.fields(kind)}
]


@pytest.mark.parametrize("kind", CARRIERS)
def test_its_findings_are_given_and_changed(kind: Callable[..., Event]) -> None:
    fields = msgspec.structs.fields(kind)  # type: ignore[arg-type]
    values: dict[str, object] = {f.name: None for f in fields if f.required}
    is_one = "finding" in {f.name for f in fields}
    values |= {"finding": FOUND} if is_one else {"findings": (FOUND,)}
    event = kind(**values)
    assert findings_of(event) == (FOUND,)
    changed = with_findings(event, lambda f: msgspec.structs.replace(f, title="u"))
    assert [f.title for f in findings_of(changed)] == ["u"]
