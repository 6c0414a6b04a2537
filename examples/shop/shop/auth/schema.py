"""What auth operations take and answer."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shop.fields import Answer, Body, DisplayName, Email, Id, Password
from shop.tables import Role

RefreshTokenText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class Registration(Body):
    email: Email
    display_name: DisplayName
    password: Password


class Login(Body):
    email: Email
    password: Password


class Refresh(Body):
    refresh_token: RefreshTokenText


class User(Answer):
    id: Id
    email: Email
    display_name: DisplayName
    role: Role
    created_at: datetime


class Tokens(Answer):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(ge=1, description="Seconds until the access token expires")
    refresh_token: RefreshTokenText
