"""One request, one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, exists, select
from sqlalchemy.orm import Session, sessionmaker

from shop.problem import unauthorized
from shop.settings import settings
from shop.tables import RevokedToken, User
from shop.tokens import Caller

engine = create_engine(
    settings().database_url,
    pool_size=settings().pool_size,
    max_overflow=0,
    pool_timeout=10,
    use_native_hstore=False,
    connect_args={"options": "-c timezone=UTC"},
)
_sessions = sessionmaker(engine, autoflush=False, expire_on_commit=False)


@contextmanager
def begin(caller: Caller | None = None, *, steady: bool = False) -> Iterator[Session]:
    """A transaction that ends with the block: committed before the answer is sent, or undone.

    `steady`: all its statements see the rows of one moment, so that a page and its total agree.
    Routes open it themselves. A dependency would do it out of sight, in one more thread hop,
    and (with requests that wait for a connection in every thread) could lock up the pool.
    """
    with _sessions() as session:
        if steady:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        if caller is not None:
            _refuse_stale(session, caller)
        yield session
        session.commit()


def _refuse_stale(session: Session, caller: Caller) -> None:
    """401 when the token was logged out, or its user is gone or has another role by now."""
    logged_out = exists().where(RevokedToken.jti == caller.jti)
    known = select(User.id).where(User.id == caller.sub, User.role == caller.role, ~logged_out)
    if session.scalar(known) is None:
        raise unauthorized()
