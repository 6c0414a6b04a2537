"""A document whose parts lie in other files: they are taken in, and every reference is then a local one.

Nothing is read here. `outside` says which files a document names, `bundled` puts them where references
find them; who loads them decides what may be loaded at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urldefrag, urljoin

_PARTS = "x-seamline-parts"
_MAX_DEPTH = 400
_VALUES = frozenset(("example", "examples", "enum", "const", "default"))
"""What stands below is data, where `$ref` is a name like any other; but an example may be a reference."""


def outside(node: Any, base: str, own: str = "") -> Iterator[str]:
    """The addresses of other documents that references in one at `base` name, in order, each once.

    `own` is the address that a document gives itself (`$self`, OpenAPI 3.2).
    """
    seen: dict[str, None] = {}
    for ref in _refs(node, 0):
        where = urldefrag(urljoin(own or base, ref)).url
        if where not in (base, own, "") and not ref.startswith("#"):
            seen.setdefault(where)
    yield from seen


def bundled(raw: Mapping[str, Any], base: str, parts: Mapping[str, Any]) -> dict[str, Any]:
    """The document with `parts` (by address) in it; what is not among them is referred to as before."""
    own = own_address(raw, base)
    number = {address: index for index, address in enumerate(parts)}
    homes = {**{a: f"#/{_PARTS}/{i}" for a, i in number.items()}, base: "#", own: "#"}
    whole = {k: _moved(v, own, homes, 0) for k, v in raw.items()}
    whole[_PARTS] = [
        _moved(
            part,
            own_address(part, address),
            {**homes, own_address(part, address): homes[address]},
            0,
        )
        for address, part in parts.items()
    ]
    return whole


def own_address(raw: Any, base: str) -> str:
    """`$self` of a document, else where it was found."""
    said = raw.get("$self") if isinstance(raw, Mapping) else None
    return urljoin(base, said) if isinstance(said, str) else base


def _refs(node: Any, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(node, list):
        for one in node:
            yield from _refs(one, depth + 1)
    elif isinstance(node, dict):
        ref = node.get("$ref")
        if isinstance(ref, str):
            yield ref
        for key, value in node.items():
            if key not in _VALUES or (key == "examples" and isinstance(value, dict)):
                yield from _refs(value, depth + 1)


def _moved(node: Any, base: str, homes: Mapping[str, str], depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return node
    if isinstance(node, list):
        return [_moved(one, base, homes, depth + 1) for one in node]
    if not isinstance(node, dict):
        return node
    new = {k: _moved(v, base, homes, depth + 1) for k, v in node.items()}
    ref = node.get("$ref")
    if isinstance(ref, str):
        address, fragment = urldefrag(urljoin(base, ref))
        home = homes.get(address)
        if home is not None and (not fragment or fragment.startswith("/")):
            new["$ref"] = home + fragment
    return new
