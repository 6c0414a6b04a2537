"""The types of the API's fields: each bound is the bound of its column."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

MAX_INT = 2**31 - 1
_TEXT = r"^[^\x00]*$"  # PostgreSQL stores every character but NUL


class Body(BaseModel):
    """What a client sends: exactly the documented properties, in the documented types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answer(BaseModel):
    """What the shop sends: every property, always."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, populate_by_name=True)


def _decimal(pattern: str) -> BeforeValidator:
    compiled = re.compile(pattern)

    def parse(value: Any) -> Decimal:
        if isinstance(value, Decimal):
            return value
        if isinstance(value, str) and compiled.fullmatch(value):
            return Decimal(value)
        raise ValueError("must be an amount with two decimals, as a string")

    return BeforeValidator(parse, json_schema_input_type=str)


def _timestamp(pattern: str) -> BeforeValidator:
    compiled = re.compile(pattern)

    def parse(value: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        if isinstance(value, str) and compiled.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
        raise ValueError("must be a moment of this century in UTC, such as 2030-01-31T12:00:00Z")

    return BeforeValidator(parse, json_schema_input_type=str)


_PRICE = r"^(0|[1-9][0-9]{0,4})\.[0-9]{2}$"
_AMOUNT = r"^(0|[1-9][0-9]{0,9})\.[0-9]{2}$"
_MOMENT = (
    r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
)

Price = Annotated[
    Decimal,
    _decimal(_PRICE),
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": _PRICE, "examples": ["19.90"]}),
]
Amount = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": _AMOUNT, "examples": ["59.70"]}),
]
FutureMoment = Annotated[
    datetime,
    _timestamp(_MOMENT),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": _MOMENT,
            "examples": ["2030-01-31T12:00:00Z"],
        }
    ),
]

Id = Annotated[int, Field(ge=1, le=MAX_INT)]
Count = Annotated[int, Field(ge=0, le=MAX_INT)]
PageNumber = Annotated[int, Field(ge=1, le=10_000)]
PageSize = Annotated[int, Field(ge=1, le=100)]
Quantity = Annotated[int, Field(ge=1, le=100)]
Stock = Annotated[int, Field(ge=0, le=1_000_000)]
Percent = Annotated[int, Field(ge=1, le=90)]
Redemptions = Annotated[int, Field(ge=1, le=1_000_000)]

Sku = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{1,31}$", max_length=32)]
CouponCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,32}$", max_length=32)]
Category = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,31}$", max_length=32)]
ProductName = Annotated[str, StringConstraints(pattern=_TEXT, min_length=1, max_length=120)]
Description = Annotated[str, StringConstraints(pattern=_TEXT, max_length=2000)]
DisplayName = Annotated[str, StringConstraints(pattern=_TEXT, min_length=1, max_length=80)]
SearchText = Annotated[str, StringConstraints(pattern=_TEXT, min_length=1, max_length=100)]
Email = Annotated[
    str,
    StringConstraints(
        pattern=r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$",
        max_length=254,
    ),
]
Password = Annotated[
    str,
    StringConstraints(min_length=12, max_length=128),
    Field(json_schema_extra={"format": "password", "writeOnly": True}),
]
