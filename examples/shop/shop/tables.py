"""The tables, as the migrations leave them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Numeric,
    String,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Role = Literal["customer", "staff", "admin"]
OrderStatus = Literal["open", "paid", "cancelled"]
PaymentMethod = Literal["card", "invoice"]

Key = Annotated[int, mapped_column(Identity(), primary_key=True)]
Money = Annotated[Decimal, mapped_column(Numeric(12, 2))]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Now = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


class Base(DeclarativeBase):
    """Constraint names are the ones PostgreSQL itself would choose."""

    metadata = MetaData(
        naming_convention={
            "pk": "%(table_name)s_pkey",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        }
    )


class User(Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('customer', 'staff', 'admin')", name="role"),)

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254))
    display_name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(128))
    role: Mapped[Role] = mapped_column(String(16), server_default="customer")
    created_at: Mapped[Now]


Index("users_email_key", func.lower(User.email), unique=True)


class RefreshToken(Base):
    """A refresh token, known by its SHA-256 only; `family` is the login it descends from."""

    __tablename__ = "refresh_tokens"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    family: Mapped[UUID] = mapped_column(index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[Moment]
    used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
    created_at: Mapped[Now]


class RevokedToken(Base):
    """An access token that was logged out before it expired."""

    __tablename__ = "revoked_tokens"

    jti: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[Moment]
    revoked_at: Mapped[Now]


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("stock >= 0", name="stock"),
        Index(None, "category", "price"),
    )

    id: Mapped[Key]
    sku: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(2000), server_default="")
    category: Mapped[str] = mapped_column(String(32))
    price: Mapped[Money]
    stock: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class CartItem(Base):
    __tablename__ = "cart_items"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(
        ForeignKey("products.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    quantity: Mapped[int]
    added_at: Mapped[Now]


class Coupon(Base):
    __tablename__ = "coupons"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 90", name="percent"),
        CheckConstraint("max_redemptions > 0", name="max_redemptions"),
        CheckConstraint("redeemed BETWEEN 0 AND max_redemptions", name="redeemed"),
    )

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    percent: Mapped[int]
    max_redemptions: Mapped[int]
    redeemed: Mapped[int] = mapped_column(server_default="0")
    expires_at: Mapped[Moment]
    created_at: Mapped[Now]


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("discount >= 0", name="discount"),
        CheckConstraint("total >= 0", name="total"),
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    status: Mapped[OrderStatus] = mapped_column(
        Enum("open", "paid", "cancelled", name="order_status"), server_default="open"
    )
    coupon_code: Mapped[str | None] = mapped_column(ForeignKey("coupons.code"), index=True)
    discount: Mapped[Money] = mapped_column(server_default="0")
    total: Mapped[Money]
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class OrderLine(Base):
    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True, index=True)
    quantity: Mapped[int]
    unit_price: Mapped[Money]


class OrderKey(Base):
    """The Idempotency-Key of an order: what was asked with it, by digest, and what became of it."""

    __tablename__ = "order_keys"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"), index=True)
    created_at: Mapped[Now]


class Payment(Base):
    __tablename__ = "payments"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("method IN ('card', 'invoice')", name="method"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    amount: Mapped[Money]
    method: Mapped[PaymentMethod] = mapped_column(String(16))
    created_at: Mapped[Now]


class AuditEntry(Base):
    """Who did what; written in the transaction of the change itself."""

    __tablename__ = "audit"

    id: Mapped[Key]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Now]


class OutboxMessage(Base):
    """An event for other systems; a relay (not part of the shop) sends it and sets `sent_at`."""

    __tablename__ = "outbox"

    id: Mapped[Key]
    topic: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[Now]
    sent_at: Mapped[Moment | None]
