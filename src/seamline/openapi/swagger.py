"""Swagger 2.0 read as OpenAPI 3.0: the same document in the shape that the rest of Seamline reads.

What is shared stays shared (a response used by a thousand operations is converted once and referred
to), and a part that is not what the specification says is left out or left alone, never an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seamline.openapi.swagger_schema import Rewriter
from seamline.text.pointer import ABSENT, at_pointer, escape, tokens

VERSION = "3.0.3"
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
_MAX_REFS = 64
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_PARAMETER_KEYS = (
    *("name", "in", "description", "required", "allowEmptyValue", "deprecated", "example"),
)
_STYLES: Mapping[str, tuple[str, bool]] = {
    "csv": ("form", False),
    "multi": ("form", True),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
}
_FLOWS = {"application": "clientCredentials", "accessCode": "authorizationCode"}
_KEPT = ("info", "tags", "externalDocs", "security")


def convert(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The document as OpenAPI 3.0.3; `raw` is not changed."""
    return _Converter(raw).document()


class _Converter:
    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._consumes = _media_types(raw.get("consumes")) or ("application/json",)
        # Without `produces` a document says nothing of media types: any will do.
        self._produces = _media_types(raw.get("produces")) or ("*/*",)
        self._rewrite = Rewriter(self._moved)

    def document(self) -> dict[str, Any]:
        raw = self._raw
        new: dict[str, Any] = {"openapi": VERSION}
        new |= {key: raw[key] for key in _KEPT if key in raw}
        new |= {k: v for k, v in raw.items() if k.startswith("x-")}
        base = raw.get("basePath")
        new["servers"] = [{"url": "/" + (base.strip("/") if isinstance(base, str) else "")}]
        new["paths"] = {p: self._item(i) for p, i in _objects(raw.get("paths"))}
        new["components"] = self._components()
        return new

    def _components(self) -> dict[str, Any]:
        raw = self._raw
        shared = dict(self._resolved(raw.get("parameters")))
        schemas, schemes = raw.get("definitions"), raw.get("securityDefinitions")
        return {
            "schemas": {
                name: self._rewrite.schema(schema)
                for name, schema in (schemas.items() if isinstance(schemas, dict) else ())
            },
            "parameters": {
                name: self._parameter(node)
                for name, node in shared.items()
                if node.get("in") not in ("body", "formData")
            },
            "requestBodies": {
                name: self._whole_body(node, self._consumes)
                for name, node in shared.items()
                if node.get("in") == "body"
            },
            "responses": {
                name: self._response(node, self._produces)
                for name, node in self._resolved(raw.get("responses"))
            },
            "securitySchemes": {name: _scheme(node) for name, node in _objects(schemes)},
        }

    def _item(self, item: Mapping[str, Any]) -> dict[str, Any]:
        new: dict[str, Any] = {k: v for k, v in item.items() if k.startswith("x-")}
        if isinstance(item.get("$ref"), str):
            new["$ref"] = item["$ref"]
        inherited = _list(item.get("parameters"))
        new["parameters"] = list(self._parameters(inherited))
        for method in _METHODS:
            node = item.get(method)
            if isinstance(node, dict):
                new[method] = self._operation(node, inherited)
        return new

    def _operation(self, node: Mapping[str, Any], inherited: list[Any]) -> dict[str, Any]:
        own = _list(node.get("parameters"))
        moved = ("parameters", "responses", "consumes", "produces", "schemes")
        new = {k: v for k, v in node.items() if k not in moved}
        new["parameters"] = list(self._parameters(own))
        body = self._body([*inherited, *own], _media_types(node.get("consumes")) or self._consumes)
        if body is not None:
            new["requestBody"] = body
        produces = _media_types(node.get("produces")) or self._produces
        responses = node.get("responses")
        new["responses"] = {
            str(status): self._used_response(response, produces)
            for status, response in _objects(responses)
        }
        return new

    def _parameters(self, nodes: list[Any]) -> Iterator[dict[str, Any]]:
        """Those that stay parameters, as they stand: shared ones by reference."""
        for node in nodes:
            found = self._follow(node)
            if not isinstance(found, dict) or found.get("in") in ("body", "formData"):
                continue
            shared = _shared(node, "parameters")
            if shared is not None:
                yield {"$ref": f"#/components/parameters/{shared}"}
            else:
                yield self._parameter(found)

    def _parameter(self, node: Mapping[str, Any]) -> dict[str, Any]:
        new = {k: node[k] for k in _PARAMETER_KEYS if k in node}
        if "example" not in new and "x-example" in node:
            new["example"] = node["x-example"]
        new["schema"] = self._inline(node)
        if node.get("type") == "array":
            form = node.get("collectionFormat")
            style, explode = _STYLES.get(form if isinstance(form, str) else "csv", ("form", False))
            new["style"] = "simple" if node.get("in") in ("path", "header") else style
            new["explode"] = explode
        return new

    def _inline(self, node: Mapping[str, Any]) -> Any:
        """The type that 2.0 writes beside a parameter's or header's name."""
        outside = (*_PARAMETER_KEYS, "schema", "collectionFormat")
        kind = {k: v for k, v in node.items() if k not in outside and not k.startswith("x-")}
        if node.get("x-nullable") is True:
            kind["x-nullable"] = True
        return self._rewrite.schema(kind)

    def _body(self, nodes: list[Any], consumes: tuple[str, ...]) -> dict[str, Any] | None:
        body: dict[str, Any] | None = None
        fields: dict[str, Mapping[str, Any]] = {}
        for node in nodes:
            found = self._follow(node)
            if not isinstance(found, dict):
                continue
            if found.get("in") == "body":
                body = self._whole_body(found, consumes, _shared(node, "parameters"))
            elif found.get("in") == "formData" and isinstance(found.get("name"), str):
                fields[found["name"]] = found
        return body if body is not None or not fields else self._form(fields, consumes)

    def _whole_body(
        self, node: Mapping[str, Any], consumes: tuple[str, ...], shared: str | None = None
    ) -> dict[str, Any]:
        schema = node.get("schema")
        if shared is not None and not _is_ref(schema):
            media = escape(self._consumes[0])
            new: Any = {"$ref": f"#/components/requestBodies/{shared}/content/{media}/schema"}
        else:
            new = self._rewrite.schema(schema if isinstance(schema, dict) else {})
        content: dict[str, Any] = {media: {"schema": new} for media in consumes}
        for key in ("example", "x-example"):
            if key in node:
                for part in content.values():
                    part["example"] = node[key]
        return {"content": content, "required": node.get("required") is True}

    def _form(
        self, fields: Mapping[str, Mapping[str, Any]], consumes: tuple[str, ...]
    ) -> dict[str, Any]:
        has_file = any(f.get("type") == "file" for f in fields.values())
        media = [m for m in consumes if m in (_FORM, _MULTIPART)]
        media = [_MULTIPART] if has_file else media or [_FORM]
        required = [n for n, f in fields.items() if f.get("required") is True]
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {n: self._inline(f) for n, f in fields.items()},
        }
        if required:
            schema["required"] = required
        return {"content": {m: {"schema": schema} for m in media}, "required": bool(required)}

    def _used_response(self, node: Mapping[str, Any], produces: tuple[str, ...]) -> dict[str, Any]:
        """An operation's response: a shared one keeps its schema where it is, under our media types."""
        shared = _shared(node, "responses")
        if shared is not None and produces == self._produces:
            return {"$ref": f"#/components/responses/{shared}"}
        found = self._follow(node)
        return self._response(found if isinstance(found, dict) else {}, produces, shared)

    def _response(
        self, node: Mapping[str, Any], produces: tuple[str, ...], shared: str | None = None
    ) -> dict[str, Any]:
        new: dict[str, Any] = {"description": node.get("description", "")}
        headers = dict(_objects(node.get("headers")))
        if headers:
            new["headers"] = {n: {"schema": self._inline(h)} for n, h in headers.items()}
        schema, examples = node.get("schema"), node.get("examples")
        if not isinstance(schema, dict):  # 2.0: no schema, no content; nothing is said of it here
            return new
        if schema.get("type") == "file":
            new["content"] = {media: {} for media in produces}
            return new
        if shared is not None and not _is_ref(schema):
            first = escape(self._produces[0])
            found: Any = {"$ref": f"#/components/responses/{shared}/content/{first}/schema"}
        else:
            found = self._rewrite.schema(schema)
        new["content"] = {media: {"schema": found} for media in produces}
        for media, example in examples.items() if isinstance(examples, dict) else ():
            if media in new["content"]:
                new["content"][media]["example"] = example
        return new

    def _resolved(self, nodes: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        """Shared parts by name; one that is only another's name is that other one."""
        for name, node in _objects(nodes):
            found = self._follow(node)
            if isinstance(found, dict):
                yield name, found

    def _follow(self, node: Any) -> Any:
        for _ in range(_MAX_REFS):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                return node
            node = at_pointer(self._raw, node["$ref"]) if node["$ref"].startswith("#/") else None
        return None

    def _moved(self, pointer: str) -> str:
        """Where what stood at a pointer of the 2.0 document stands now."""
        parts = list(tokens(pointer))
        match parts:
            case ["definitions", *rest]:
                new = ["components", "schemas", *rest]
            case ["responses", name, "schema", *rest]:
                new = ["components", "responses", name, "content", self._produces[0], "schema"]
                new += rest
            case ["parameters", name, "schema", *rest]:
                new = ["components", "requestBodies", name, "content", self._consumes[0]]
                new += ["schema", *rest]
            case ["paths", path, method, "responses", status, "schema", *rest]:
                media = self._of_operation(path, method, "produces") or self._produces
                new = ["paths", path, method, "responses", status, "content", media[0], "schema"]
                new += rest
            case ["paths", path, method, "parameters", _, "schema", *rest]:
                media = self._of_operation(path, method, "consumes") or self._consumes
                new = ["paths", path, method, "requestBody", "content", media[0], "schema", *rest]
            case _:
                return pointer
        return "#/" + "/".join(map(escape, new))

    def _of_operation(self, path: str, method: str, key: str) -> tuple[str, ...]:
        found = at_pointer(self._raw, f"#/paths/{escape(path)}/{escape(method)}/{key}")
        return () if found is ABSENT else _media_types(found)


def _shared(node: Any, kind: str) -> str | None:
    """The (still escaped) name under which a `$ref` of this kind is kept; None for what is written out."""
    ref = node.get("$ref") if isinstance(node, dict) else None
    prefix = f"#/{kind}/"
    if not isinstance(ref, str) or not ref.startswith(prefix):
        return None
    name = ref.removeprefix(prefix)
    return None if "/" in name else name


def _is_ref(schema: Any) -> bool:
    return isinstance(schema, dict) and isinstance(schema.get("$ref"), str)


def _media_types(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in _list(value) if isinstance(v, str) and v))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, item in value.items() if isinstance(value, dict) else ():
        if isinstance(item, dict):
            yield str(name), item


def _scheme(node: Mapping[str, Any]) -> dict[str, Any]:
    if node.get("type") == "basic":
        return {"type": "http", "scheme": "basic"}
    if node.get("type") != "oauth2":
        return dict(node)
    flow = node.get("flow")
    name = _FLOWS.get(flow, flow) if isinstance(flow, str) else "implicit"
    urls = {k: node[k] for k in ("authorizationUrl", "tokenUrl") if k in node}
    return {"type": "oauth2", "flows": {name: {**urls, "scopes": node.get("scopes", {})}}}
