"""An HTTP client that holds every answer against the shop's OpenAPI document."""

import json
import re
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from typing import Any

import jsonschema_rs

PASSWORD = "correct-horse-battery"
EMAILS = {
    "ada": "ada@example.com",
    "bob": "bob@example.com",
    "staff": "sam@example.com",
    "admin": "alice@example.com",
}
_serial = count(1)


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        """The JSON body."""
        return json.loads(self.text)


class Contract:
    """The OpenAPI document as a judge of answers."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.paths = {
            re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + r"(\?.*)?"): item
            for path, item in document["paths"].items()
        }

    def violations(self, method: str, path: str, reply: Reply) -> list[str]:
        """What the document does not allow about this answer."""
        items = [item for pattern, item in self.paths.items() if pattern.fullmatch(path)]
        operation = items[0].get(method.lower()) if items else None
        if operation is None:
            return []
        found = operation["responses"].get(str(reply.status))
        if found is None:
            return [f"{reply.status} is not documented"]
        missing = [h for h in found.get("headers", {}) if h.lower() not in reply.headers]
        faults = [f"no header {name}" for name in missing]
        content = found.get("content", {})
        if method == "HEAD" or not content:
            return faults + (["a body where there is none"] if reply.text else [])
        media_type = reply.headers["content-type"].partition(";")[0]
        if media_type not in content:
            return [*faults, f"{media_type} is not documented"]
        schema = {**content[media_type]["schema"], "components": self.document["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        return faults + [error.message for error in validator.iter_errors(reply.body)]


class Client:
    """Talks to one running shop; `lenient` when its defects are the point."""

    def __init__(self, port: int, *, lenient: bool = False) -> None:
        self.port = port
        self.lenient = lenient
        self.contract = Contract({"paths": {}})
        self._tokens: dict[str, str] = {}

    def read_contract(self) -> None:
        """Fetch the document that all further answers must fit."""
        self.contract = Contract(self.send("GET", "/openapi.json").body)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        as_: str | None = None,
        token: str | None = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """One request: by a seeded user, with a token, or anonymous."""
        headers = dict(headers or {})
        if as_ is not None:
            token = self.token(as_)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        reply = Reply(response.status, names, response.read().decode())
        connection.close()
        if not self.lenient:
            faults = self.contract.violations(method, path, reply)
            assert not faults, (method, path, reply, faults)
        return reply

    def token(self, name: str) -> str:
        """An access token of a seeded user."""
        if name not in self._tokens:
            self._tokens[name] = self.login(EMAILS[name])["access_token"]
        return self._tokens[name]

    def login(self, email: str) -> dict[str, str]:
        """A new pair of tokens."""
        reply = self.send("POST", "/auth/login", {"email": email, "password": PASSWORD})
        assert reply.status == 200
        tokens: dict[str, str] = reply.body
        return tokens

    def new_product(self, **fields: Any) -> dict[str, Any]:
        """A product of the test's own."""
        new = {"sku": unique("SKU"), "name": "A thing", "category": "things", "price": "10.00"}
        reply = self.send("POST", "/products", {**new, "stock": 10, **fields}, as_="staff")
        product: dict[str, Any] = reply.body
        return product

    def order(self, *lines: tuple[str, int], as_: str = "ada", coupon: str | None = None) -> Reply:
        """Order quantities of skus."""
        wanted = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
        return self.send("POST", "/orders", {"lines": wanted, "coupon_code": coupon}, as_=as_)


def unique(prefix: str) -> str:
    """A sku or code that no other test uses."""
    return f"{prefix}{next(_serial):04d}"
