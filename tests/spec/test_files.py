"""The format's own examples load, in all shapes and formats; files are found where they are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from seamline.errors import SpecError, UsageError
from seamline.model.case import RequestTemplate
from seamline.spec import ENDPOINTS, find_spec, load_data, load_endpoints, load_project
from seamline.spec.data_check import References, Unique
from seamline.spec.endpoints import AllBut, chosen
from seamline.spec.project import FromEnv, Secret, SeedCommand

from .samples import DATA, ENDPOINT_FILE, data, endpoints, problems, project

SMALLEST: dict[str, Any] = {
    "endpoint": "/api/user",
    "method": "GET",
    "expectedStatus": 200,
    "validations": ["authRequired", "responseSchema"],
}


def test_the_example_of_an_endpoint_file_loads() -> None:
    specs = load_endpoints(DATA / "Endpoint_Validation_Specs.json", ["customer"])
    (order,) = specs.endpoints
    assert order.operation == "POST /orders"
    assert order.statuses == (201,)
    assert order.effects is not None
    assert order.effects.success_ops is not None
    assert order.effects.success_ops["products"] == {"update"}
    assert order.effects.error_ops == {"audit": {"insert"}}
    assert order.effects.reason == "refused orders are audited"
    assert order.allow[0].until == date(2027, 6, 30)
    assert [c.id for c in order.cases] == ["createOrder-ok", "createOrder-no-stock", "order-life"]
    created, read = order.cases[2].steps[:2]
    assert (created.use, created.label) == ("createOrder-ok", "created")
    assert read.request is not None
    assert read.request.template == RequestTemplate(path={"id": {"$from": "created#/id"}})
    assert read.expect is not None
    assert read.expect.statuses == (200,)


def test_the_example_of_a_data_file_loads() -> None:
    framework = load_data(DATA / "Data_Validation_Framework.json")
    assert [type(c).__name__ for c in framework.tables["orders"].checks] == [
        "OneOf",
        "Ordered",
        "Sql",
        "NullShare",
    ]
    assert framework.reconcile[1].each == "#/items"
    assert framework.migrations.budget is not None
    assert framework.migrations.budget.access_exclusive_ms == 200


def test_the_example_of_a_project_file_loads() -> None:
    project = load_project(DATA)
    assert project.folder == DATA.resolve()
    assert project.path("alembic.ini") == DATA.resolve() / "alembic.ini"
    assert project.system.command == ("uvicorn", "shop.app:app", "--port", "{port}")
    assert project.database is not None
    assert project.database.provider == "private"
    assert list(project.identities) == ["customer", "other_customer", "admin"]
    assert project.limits.settle_ms == 2000
    assert load_project(DATA / "seamline.toml") == project


def test_a_project_without_secrets_table_takes_them_from_the_environment() -> None:
    assert load_project(DATA).secrets["jwt"] == Secret(env="SEAMLINE_SECRET_JWT")


@pytest.mark.parametrize("wrap", [lambda e: e, lambda e: [e], lambda e: {"endpoints": [e]}])
def test_one_entry_a_list_and_the_whole_give_the_same(wrap: Any) -> None:
    specs = endpoints(json.dumps(wrap(SMALLEST)))
    (entry,) = specs.endpoints
    assert entry.operation == "GET /api/user"
    assert chosen(entry.validations, ["responseSchema", "contentType"]) == {"responseSchema"}
    assert specs == endpoints(yaml.safe_dump(wrap(SMALLEST)), "e.yml")


def test_validations_left_out_are_all_and_not_are_the_rest() -> None:
    assert chosen(None, ["a", "b"]) == {"a", "b"}
    assert chosen(AllBut(not_=("a",)), ["a", "b"]) == {"b"}


def test_a_method_in_lower_case_is_normalised() -> None:
    assert endpoints(json.dumps(SMALLEST | {"method": "delete"})).endpoints[0].method == "DELETE"


def test_json_and_yaml_of_the_example_are_equal() -> None:
    written = yaml.safe_dump(json.loads(ENDPOINT_FILE), sort_keys=False)
    assert endpoints(written, "e.yaml") == endpoints(ENDPOINT_FILE)
    assert endpoints(ENDPOINT_FILE, "e.yaml") == endpoints(ENDPOINT_FILE)


def test_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    for name in ("e.json", "e.yaml"):
        file = tmp_path / name
        text = ENDPOINT_FILE.replace("\n", "\r\n")
        file.write_bytes(b"\xef\xbb\xbf" + text.encode())
        assert load_endpoints(file, ["customer"]) == endpoints(ENDPOINT_FILE)


def test_yaml_keeps_words_that_look_like_booleans() -> None:
    text = """
endpoint: /countries
method: GET
cases:
  - id: NO
    request: {query: {a: NO, b: on, c: 1_000, d: 0o17, e: 12:30, f: '5', g: 0x1F, h: 1e3, i: ~,
      j: yes, k: True}}
"""
    request = endpoints(text, "e.yaml").endpoints[0].cases[0].request
    assert request is not None
    assert list(request.query.values()) == [
        "NO", "on", "1_000", 15, "12:30", "5", 31, 1000.0, None, "yes", True
    ]  # fmt: skip


def test_yaml_aliases_repeat_values() -> None:
    text = (
        "- &e {endpoint: /a, method: GET, access: &r {roles: [x]}}\n"
        "- {endpoint: /b, method: PUT, access: *r}\n"
    )
    first, second = endpoints(text, "e.yaml").endpoints
    assert first.access == second.access


def test_column_is_short_for_columns() -> None:
    checks = [
        {"check": "unique", "column": "email"},
        {"check": "references", "column": "user_id", "table": "users", "to": ["id"]},
    ]
    loaded = data(json.dumps({"tables": {"t": {"checks": checks}}})).tables["t"].checks
    assert loaded[0] == Unique(columns=("email",))
    assert loaded[1] == References(columns=("user_id",), table="users", to=("id",))


def test_a_url_makes_the_provider_url() -> None:
    text = "[system]\nurl='http://x'\n[database]\nurl={env='DB'}\ndisposable=true\nseed={command=['make','seed']}"
    database = project(text).database
    assert database is not None
    assert (database.provider, database.url) == ("url", FromEnv(env="DB"))
    assert database.seed == SeedCommand(command=("make", "seed"))


def test_a_database_is_optional() -> None:
    assert project("[system]\nurl='http://x'").database is None


def test_find_spec_takes_the_one_that_is_there(tmp_path: Path) -> None:
    assert find_spec(tmp_path, ENDPOINTS) is None
    (tmp_path / f"{ENDPOINTS}.yaml").write_text("[]")
    assert find_spec(tmp_path, ENDPOINTS) == tmp_path / f"{ENDPOINTS}.yaml"
    (tmp_path / f"{ENDPOINTS}.json").write_text("[]")
    (line,) = problems(find_spec, tmp_path, ENDPOINTS)
    assert line.endswith(
        ".json:1:1: there is also Endpoint_Validation_Specs.yaml; keep one of them"
    )


def test_a_missing_project_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_project(tmp_path)
    assert str(caught.value) == (
        f"seamline.toml: not found in {tmp_path.resolve()}."
        " Go to the folder that has it, or name it with --project; README.md shows a small one."
    )


def test_messages_name_the_file_as_one_would_type_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "integration").mkdir()
    file = tmp_path / "integration" / "e.json"
    file.write_text('{"endpoints": 5}')
    monkeypatch.chdir(tmp_path)
    expected = "integration/e.json:1:15: endpoints: expected a list of objects, found 5"
    assert problems(load_endpoints, file, []) == (expected,)


def test_a_file_that_cannot_be_read_is_a_spec_error(tmp_path: Path) -> None:
    (line,) = problems(load_data, tmp_path / "absent.json")
    assert line.endswith("absent.json:1:1: cannot be read: no such file or directory")
    with pytest.raises(SpecError):
        load_data(tmp_path)
