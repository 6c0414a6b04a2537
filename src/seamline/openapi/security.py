"""The security schemes of a document."""

from __future__ import annotations

from seamline.openapi.document import Document


def schemes(document: Document) -> dict[str, str]:
    """Name -> type of each scheme, as written (`http`, `apiKey`, `oauth2`, `openIdConnect`, `mutualTLS`)."""
    components = document.raw.get("components")
    named = components.get("securitySchemes") if isinstance(components, dict) else None
    found: dict[str, str] = {}
    for name, written in named.items() if isinstance(named, dict) else ():
        scheme, _ = document.follow(written)
        kind = scheme.get("type") if isinstance(scheme, dict) else None
        if isinstance(kind, str):
            found[str(name)] = kind
    return found
