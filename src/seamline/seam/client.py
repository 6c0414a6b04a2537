"""Requests to the system as one identity, and their answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from multidict import CIMultiDict, CIMultiDictProxy

from seamline.model.case import RequestTemplate
from seamline.model.exchange import NOT_JSON, Request, Response
from seamline.run.request import build
from seamline.seam.ground import Ground

_SHOWN = 200
Send = Callable[[Request], tuple[Response | None, str, float]]
"""Sends a request and waits: the answer, why there is none, the milliseconds."""


class Reply:
    """What the system answered.

    Without an answer `status` is 0 and `failure` says why (the connection was closed, no answer in time).
    """

    def __init__(self, request: str, response: Response | None, failure: str, ms: float) -> None:
        self.request = request
        self.failure = failure
        self.duration_ms = ms
        self._response = response or Response(status=0)

    @property
    def status(self) -> int:
        """The status code."""
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; letter case does not matter, of several of a name the first is given."""
        return CIMultiDictProxy(CIMultiDict(self._response.headers))

    @property
    def body(self) -> bytes:
        """The body as received."""
        return self._response.body

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The decoded body. Raises `ValueError` where it is no JSON."""
        value = self._response.json
        if value is NOT_JSON:
            raise ValueError(f"the answer is no JSON: {self!r}")
        return value

    def __repr__(self) -> str:
        said = self.failure if not self.status else self.text
        body = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
        return f"<{self.status or 'no answer'} to {self.request}: {body}>"


class Client:
    """Sends requests as one identity of seamline.toml; a path is as the document writes it, filled in."""

    def __init__(self, ground: Ground, identity: str, send: Send) -> None:
        self._ground = ground
        self._identity = identity
        self._send = send

    def __repr__(self) -> str:
        return f"<client of {self._identity}>"

    def get(self, path: str, **options: Any) -> Reply:
        """`GET`; for the options see `request`."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Reply:
        """`POST`; for the options see `request`."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Reply:
        """`PUT`; for the options see `request`."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Reply:
        """`PATCH`; for the options see `request`."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Reply:
        """`DELETE`; for the options see `request`."""
        return self.request("DELETE", path, **options)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = msgspec.UNSET,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, Any] | None = None,
        body: str | None = None,
        media_type: str | None = None,
    ) -> Reply:
        """Send one request and wait for its answer. Redirects are not followed.

        One of `json`, `form` and `body` is the body. Headers given here win over those of the identity.
        """
        template = RequestTemplate(
            query=dict(params or {}),
            headers=dict(headers or {}),
            json=json,
            form=None if form is None else dict(form),
            body=body,
            media_type=media_type,
        )
        request = self._built(method.upper(), path, template)
        response, failure, took = self._send(request)
        return Reply(f"{method.upper()} {path} as {self._identity}", response, failure, took)

    def _built(self, method: str, path: str, template: RequestTemplate) -> Request:
        target = self._ground.target
        credentials = self._ground.session.credentials(self._identity)
        return build(
            f"{method} {path}",
            template,
            credentials.headers_for(method),
            target.base_path,
            credentials.query,
        )
