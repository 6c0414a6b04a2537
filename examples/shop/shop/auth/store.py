"""Users and their logins, in SQL."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from shop.audit.store import record
from shop.auth.schema import Registration, Tokens
from shop.problem import Refusal, unauthorized
from shop.settings import settings
from shop.tables import RefreshToken, RevokedToken, Role, User
from shop.tokens import Caller, access_token, refresh_token, token_hash


def register(session: Session, new: Registration, password_hash: str) -> User:
    """A new customer."""
    user: User | None = session.scalar(
        upsert(User)
        .values(email=new.email, display_name=new.display_name, password_hash=password_hash)
        .on_conflict_do_nothing()
        .returning(User)
    )
    if user is None:
        raise Refusal(409, "This e-mail address is registered already.")
    record(session, user.id, "user.registered", user.id, {"email": user.email})
    return user


def find_user(session: Session, email: str) -> User | None:
    """The user with this address, in whatever case it is written."""
    return session.scalar(select(User).where(func.lower(User.email) == email.lower()))


def read_user(session: Session, user_id: int) -> User:
    """A user who is known to exist."""
    return session.get_one(User, user_id)


def start_session(session: Session, user_id: int, role: Role, family: UUID | None = None) -> Tokens:
    """A pair of tokens: for a new login, or as the next of `family`."""
    family = family or uuid4()
    refresh = refresh_token()
    expires = datetime.now(UTC).timestamp() + settings().refresh_token_s
    session.execute(
        insert(RefreshToken).values(
            user_id=user_id,
            family=family,
            token_hash=token_hash(refresh),
            expires_at=datetime.fromtimestamp(expires, UTC),
        )
    )
    return Tokens(
        access_token=access_token(user_id, role, family),
        token_type="Bearer",
        expires_in=settings().access_token_s,
        refresh_token=refresh,
    )


def rotate(session: Session, token: str) -> Tokens | None:
    """The next pair of tokens; None, and the whole family revoked, if `token` is not good.

    Someone who presents a used token has stolen it, or its successor was (RFC 9700, 4.14).
    """
    this = RefreshToken.token_hash == token_hash(token)
    # The user's row is the lock that rotation and logout share: no successor slips through.
    owner = session.execute(
        select(User.id, User.role, RefreshToken.family)
        .join(RefreshToken, RefreshToken.user_id == User.id)
        .where(this)
        .with_for_update(of=User, key_share=True)
    ).one_or_none()
    if owner is None:
        return None
    spent = session.scalar(
        update(RefreshToken)
        .where(
            this,
            RefreshToken.used_at.is_(None),
            RefreshToken.revoked_at.is_(None),
            RefreshToken.expires_at > func.now(),
        )
        .values(used_at=func.now())
        .returning(RefreshToken.id)
    )
    if spent is None:
        _revoke_family(session, owner.family)
        return None
    return start_session(session, owner.id, owner.role, owner.family)


def end_session(session: Session, caller: Caller) -> None:
    """Revoke the caller's access token and every refresh token of the same login."""
    session.execute(
        select(User.id).where(User.id == caller.sub).with_for_update(key_share=True)
    ).one()
    revoked = session.scalar(
        upsert(RevokedToken)
        .values(jti=caller.jti, expires_at=datetime.fromtimestamp(caller.exp, UTC))
        .on_conflict_do_nothing()
        .returning(RevokedToken.jti)
    )
    if revoked is None:
        raise unauthorized()
    _revoke_family(session, caller.sid)


def _revoke_family(session: Session, family: UUID) -> None:
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.family == family, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=func.now())
    )
