"""An identity whose token has expired logs in again, and the case is not blamed for what that writes."""

from __future__ import annotations

from seamline.errors import LoginError, SpecError, UndoImpossible
from seamline.model.case import Case, Step
from seamline.model.exchange import Response
from seamline.run.session import Session
from seamline.system.identity import Credentials

_SOUND = ("positive", "sequence", "credentials")
"""Kinds of cases whose sound credentials should be known: spoilt ones are told by the step."""
LOGGED_IN_AGAIN = "logged in again: the token had expired"


def token_expired(session: Session, case: Case, step: Step, response: Response | None) -> bool:
    """Whether an answer is the 401 of somebody whose login has run out: nobody expected it."""
    if response is None or response.status != 401 or step.credentials != "valid":
        return False
    if step.identity not in session.target.renew:
        return False
    return 401 not in step.status if step.status else case.kind in _SOUND


async def renewed(session: Session, identity: str, *, first: bool) -> tuple[bool, tuple[str, ...]]:
    """Log in again: (whether that worked, what is to be told of it).

    Before a case's first step what the login writes (a session, the time of it) becomes part of the
    base: undone with the case, the session would be gone for the next one. Behind other steps the
    base must stay, so that these rows go with the case, which is not told of them.
    """
    target, capture = session.target, session.target.capture
    try:
        if capture is not None and first:
            await capture.undo()
        target.identities[identity] = await target.renew[identity]()
    except (LoginError, UndoImpossible) as exc:
        return False, (session.redactor.text(f"could not log in again: {exc}"),)
    finally:
        if capture is not None:
            await capture.observe(session.rules.settle_s)
    if capture is not None and first:
        await capture.mark()
    return True, (LOGGED_IN_AGAIN,)


async def fresh(session: Session, identity: str) -> Credentials:
    """Credentials of a login for one case alone: what that writes goes with the case, blamed on no step.

    Raises `SpecError` where the identity does not log in by a request, or cannot.
    """
    if identity not in session.target.renew:
        raise SpecError(f"identity {identity!r} does not log in by a request")
    try:
        return await session.target.renew[identity]()
    except LoginError as exc:
        raise SpecError(f"could not log in once more: {exc}") from None
    finally:
        if session.target.capture is not None:
            await session.target.capture.observe(session.rules.settle_s)
