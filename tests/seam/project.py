"""A project on the orders system, and tests of it that run in a pytest of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ..project import shared

ORDERS = Path(__file__).parent.parent / "systems" / "orders.py"
SCHEMA = """
CREATE TABLE stock (sku text PRIMARY KEY, price int NOT NULL, left_over int NOT NULL);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text NOT NULL, total int NOT NULL);
CREATE TABLE payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES orders, amount int NOT NULL);
CREATE INDEX ON payments (order_id);
INSERT INTO stock VALUES ('A1', 10, 5), ('B2', 25, 1);
"""
ENDPOINTS = [
    {
        "endpoint": "/orders",
        "method": "POST",
        "operationId": "createOrder",
        "expectedStatus": 201,
        "cases": [
            {
                "id": "createOrder-ok",
                "kind": "positive",
                "identity": "customer",
                "request": {"json": {"lines": [{"sku": "A1", "quantity": 2}]}},
                "expect": {"status": 201},
            },
            {
                "id": "createOrder-none-left",
                "kind": "negative",
                "identity": "customer",
                "request": {"json": {"lines": [{"sku": "B2", "quantity": 2}]}},
                "expect": {"status": 409},
            },
        ],
    }
]


def write_orders(folder: Path, mode: str = "", toml: str = "", data: object = None) -> Path:
    """The three files in `folder`."""
    text = f"""
[system]
command = [{json.dumps(sys.executable)}, {json.dumps(str(ORDERS))}, "{{port}}"]
ready = "/health"
env = {{ DATABASE_URL = "{{database_url}}", ORDERS_MODE = "{mode}" }}
openapi = "/openapi.json"
start_timeout_s = 60
[database]
migrations = {{ kind = "sql", files = ["schema.sql"] }}
{shared()}
[identities.customer]
header = {{ X-User = "ada" }}
[identities.other]
header = {{ X-User = "bob" }}
{toml}"""
    (folder / "seamline.toml").write_text(text)
    (folder / "schema.sql").write_text(SCHEMA)
    specs = folder / "integration"
    specs.mkdir(exist_ok=True)
    (specs / "Endpoint_Validation_Specs.json").write_text(json.dumps(ENDPOINTS))
    if data is not None:
        (specs / "Data_Validation_Framework.json").write_text(json.dumps(data))
    return folder


def run_pytest(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a pytest of its own there."""
    without = ("randomly", "schemathesis", "hypothesispytest", "syrupy", "cacheprovider")
    command = [
        sys.executable,
        "-m",
        "pytest",
        *(w for name in without for w in ("-p", f"no:{name}")),
    ]
    command += ["-o", "addopts=", "-o", "asyncio_default_fixture_loop_scope=function", *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
