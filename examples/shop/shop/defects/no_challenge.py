"""A 401 does not say how to authenticate."""

from collections.abc import Callable

from fastapi import FastAPI, Response

from shop import handlers
from shop.overlay import replace
from shop.problem import Refusal

Answer = Callable[[Refusal], Response]


def apply(_: FastAPI) -> None:
    """Wrap what makes a response of a refusal."""

    def wrong(answer: Answer) -> Answer:
        def answer_without_challenge(refusal: Refusal) -> Response:
            refusal.headers.pop("WWW-Authenticate", None)
            return answer(refusal)

        return answer_without_challenge

    replace(handlers, "answer", wrong)
