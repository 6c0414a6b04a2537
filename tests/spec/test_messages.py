"""Every error of the three files, with the exact line that a person reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seamline.model.vocabulary import API_CHECKS

from .samples import data, endpoints, problems, project

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, QUERY"
API = ", ".join(API_CHECKS)
TABLE = (
    "notNull, range, length, matches, oneOf, unique, references, ordered, constraint, sql, equalSums, "
    "nullShare, rowCount, mean, quantile, freshness"
)
POINTER = "must be a JSON Pointer such as '#/id' ('#' is the whole)"
NOT_KNOWN = (
    "'$rwo' is no kind of reference ($row, $from, $identity, $env, $join). Did you mean '$row'?"
)
PARTS = "$join must be a list of strings, numbers and references"
IN_WORDS = '{"table": "products", "where": {"sku": "A1"}, "column": "id"}'


def entry(**more: Any) -> str:
    return json.dumps({"endpoint": "/o/{id}", "method": "GET"} | more)


def cases(*written: Any) -> str:
    return entry(cases=list(written))


def value(written: Any) -> str:
    return cases({"id": "a", "request": {"json": written}})


def steps(*written: Any) -> str:
    return cases({"id": "one"}, {"id": "b", "steps": list(written)})


ENDPOINTS: dict[str, tuple[str, ...]] = {
    "{}": ("1:1: the key 'endpoints' is missing",),
    "5": ("1:1: expected an object with 'endpoints', found 5",),
    "[5]": ("1:2: [0]: expected an object with 'endpoint' and 'method', found 5",),
    '{"enpoints": []}': (
        "1:1: the key 'endpoints' is missing",
        "1:2: enpoints: unknown key. Did you mean 'endpoints'?",
    ),
    '{"a": 1,}': ("1:9: not valid JSON: expecting property name enclosed in double quotes",),
    '{"version": 2, "endpoints": []}': ("1:13: version: expected 1, found 2",),
    '{"method": "GET"}': ("1:1: the key 'endpoint' is missing",),
    '{"endpoints": [\n {"endpoint": "/a",\n  "method": "POTS"}]}': (
        f"3:13: endpoints[0].method: 'POTS' is not one of {METHODS}. Did you mean 'POST'?",
    ),
    entry(method="Get"): (
        f"1:35: method: 'Get' is not one of {METHODS}. Did you mean 'GET'?",
    ),
    entry(method=5): (f"1:35: method: expected one of {METHODS}, found 5",),
    entry(endpoint="orders"): ("1:14: endpoint: must start with '/', found 'orders'",),
    entry(operationId=[]): ("1:57: operationId: expected a string, found a list",),
    entry(access={"roles": "x"}): ("1:62: access.roles: expected a list of strings, found 'x'",),
    entry(expectedStatus="200"): (
        "1:60: expectedStatus: expected a whole number or a list of them, found '200'",
    ),
    entry(expectedStatus=99): ("1:60: expectedStatus: must be from 100 to 599, found 99",),
    entry(expectedStatus=[200, 600]): (
        "1:66: expectedStatus[1]: must be from 100 to 599, found 600",
    ),
    entry(expectedStatus=200.5): (
        "1:60: expectedStatus: expected a whole number or a list of them, found 200.5",
    ),
    entry(expectedStatus=True): (
        "1:60: expectedStatus: expected a whole number or a list of them, found true",
    ),
    entry(validations=["authRequred"]): (
        f"1:58: validations[0]: 'authRequred' is not one of {API}. Did you mean 'authRequired'?",
    ),
    entry(validations={"nto": []}): (
        "1:57: validations: the key 'not' is missing",
        "1:58: validations.nto: unknown key. Did you mean 'not'?",
    ),
    entry(validations={"not": ["x"]}): (
        f"1:66: validations.not[0]: 'x' is not one of {API}.",
    ),
    entry(validations="all"): (
        "1:57: validations: expected a list or an object with 'not', found 'all'",
    ),
    entry(effects={"success": {"t": "insrt"}}): (
        "1:71: effects.success.t: 'insrt' is not one of delete, insert, update."
        " Did you mean 'insert'?",
    ),
    entry(effects={"success": {"t": 5}}): (
        "1:71: effects.success.t: expected one of delete, insert, update or a list of them,"
        " found 5",
    ),
    entry(effects={"error": {"t": "insrt"}}): (
        "1:63: effects.error: the key 'reason' is missing: say why a refused request may write",
        "1:69: effects.error.t: 'insrt' is not one of delete, insert, update."
        " Did you mean 'insert'?",
    ),
    entry(effects={"error": {"t": "insert", "reason": ""}}): (
        "1:89: effects.error.reason: expected a string that says why, found ''",
    ),
    entry(columns={"/id": "o.id", "#/~2": "o.id", "#/b": "o"}): (
        f"1:54: columns[\"/id\"]: {POINTER}, found '/id'",
        f"1:69: columns[\"#/~2\"]: {POINTER}, found '#/~2'",
        "1:92: columns[\"#/b\"]: must name a table and a column such as 'orders.id', found 'o'",
    ),
    entry(allow=[{"check": "nope", "reason": "", "until": "2027-02-30"}]): (
        f"1:62: allow[0].check: 'nope' is not one of {API}.",
        "1:80: allow[0].reason: must not be empty, found ''",
        "1:93: allow[0].until: expected a date such as 2027-06-30, found '2027-02-30'",
    ),
    entry(derived={"cases": -1, "digest": "x"}): (
        "1:63: derived.cases: must not be negative, found -1",
    ),
    f"[{entry()},\n{entry()}]": ("2:14: [1].endpoint: GET /o/{id} has an entry already",),
    entry(cases={}): ("1:51: cases: expected a list of objects, found an object",),
    cases({"expct": {}}): (
        "1:52: cases[0]: the key 'id' is missing",
        "1:53: cases[0].expct: unknown key. Did you mean 'expect'?",
    ),
    cases({"id": "a"}, {"id": "a"}): (
        "1:72: cases[1].id: another case of this file has the id 'a'",
    ),
    cases({"id": "a", "kind": "postive"}): (
        "1:72: cases[0].kind: 'postive' is not one of absence, boundary, credentials, negative, positive,"
        " sequence. Did you mean 'positive'?",
    ),
    cases({"id": "a", "identity": "custmer"}): (
        "1:76: cases[0].identity: 'custmer' is no identity of seamline.toml."
        " Did you mean 'customer'?",
    ),
    cases({"id": "a", "expect": {"status": [99]}}): (
        "1:86: cases[0].expect.status[0]: must be from 100 to 599, found 99",
    ),
    cases({"id": "a", "kind": "sequence"}): (
        "1:52: cases[0]: a case of kind 'sequence' needs 'steps'",
    ),
    cases({"id": "a", "steps": []}): (
        "1:73: cases[0].steps: a case with 'steps' needs at least one",
    ),
    cases({"id": "a", "request": {}, "steps": [{"operation": "GET /x"}]}): (
        "1:64: cases[0].request: a case has either 'steps' or 'request', not both",
    ),
    cases({"id": "a", "request": {"json": 1, "form": {}, "path": {"idd": 1}}}): (
        "1:87: cases[0].request.form: a request has one body: 'json' is given already",
        "1:108: cases[0].request.path.idd: '/o/{id}' has no parameter 'idd'. Did you mean 'id'?",
    ),
    steps({"use": "on"}, {"use": "b"}, {}): (
        "1:97: cases[1].steps[0].use: no case has the id 'on'. Did you mean 'one'?",
        "1:112: cases[1].steps[1].use: the case 'b' has steps itself;"
        " a step can use a case of one request",
        "1:118: cases[1].steps[2]: a step has either 'use' or 'operation', not neither",
    ),
    steps({"use": "one", "operation": "GET /x"}, {"operation": "GET x"}): (
        "1:89: cases[1].steps[0]: a step has either 'use' or 'operation', not both",
        "1:142: cases[1].steps[1].operation: must be a method and a path such as"
        " 'GET /orders/{id}', found 'GET x'",
    ),
    steps({"use": "one", "as": "x"}, {"use": "one", "as": "x"}): (
        "1:137: cases[1].steps[1].as: an earlier step has the label 'x'",
    ),
    steps({"use": "one"}, {"use": "one", "request": {"query": {"q": {"$from": "ome#/id"}}}}): (
        "1:147: cases[1].steps[1].request.query.q: $from: no earlier step has the label 'ome'."
        " Did you mean 'one'?",
    ),
    steps({"use": "one", "as": "x", "request": {"query": {"q": {"$from": "x#/id"}}}}): (
        "1:142: cases[1].steps[0].request.query.q: $from: no earlier step has the label 'x'.",
    ),
    value({"$rwo": "x"}): (f"1:84: cases[0].request.json: {NOT_KNOWN}",),
    value([{"$row": "x"}]): (
        "1:85: cases[0].request.json[0]: $row must be written as 'products[0].sku'",
    ),
    value({"$row": {"table": "x"}}): (
        f"1:84: cases[0].request.json: $row must be written as {IN_WORDS}",
    ),
    value({"$row": "t[0].c", "x": 1}): (
        "1:84: cases[0].request.json: a reference has no key beside '$row'",
    ),
    value({"$from": "x"}): (
        "1:84: cases[0].request.json: $from must be written as 'created#/id'",
    ),
    value({"$from": "x#id"}): (
        "1:84: cases[0].request.json: $from: '#id' is not a JSON Pointer",
    ),
    value({"$identity": "customer"}): (
        "1:84: cases[0].request.json: $identity must be written as 'customer.id'",
    ),
    value({"$identity": "custmer.id"}): (
        "1:84: cases[0].request.json: $identity: 'custmer' is no identity of seamline.toml."
        " Did you mean 'customer'?",
    ),
    value({"$identity": "anonymous.id"}): (
        "1:84: cases[0].request.json: $identity: no row stands for 'anonymous'",
    ),
    value({"$env": "a b"}): ("1:84: cases[0].request.json: $env must be written as 'NAME'",),
    value({"$join": [None]}): (f"1:84: cases[0].request.json: {PARTS}",),
    value({"$join": ["a", {"$rwo": 1}]}): (
        f"1:100: cases[0].request.json.$join[1]: {NOT_KNOWN}",
    ),
}  # fmt: skip


def checks(*written: Any) -> str:
    return json.dumps({"tables": {"t": {"checks": list(written)}}})


AT = "tables.t.checks[0]"
DATA: dict[str, tuple[str, ...]] = {
    checks({"check": "notNul"}): (
        f"1:40: {AT}.check: 'notNul' is not one of {TABLE}. Did you mean 'notNull'?",
    ),
    checks({"check": 5}): (f"1:40: {AT}.check: expected one of {TABLE}, found 5",),
    checks({"column": "a"}): (f"1:30: {AT}: the key 'check' is missing",),
    checks(5): (f"1:30: {AT}: expected an object with 'check', found 5",),
    checks({"check": "notNull", "colum": "a"}): (
        f"1:30: {AT}: the key 'column' is missing",
        f"1:51: {AT}.colum: unknown key. Did you mean 'column'?",
    ),
    checks({"check": "notNull", "column": "", "severity": "fatal"}): (
        f"1:61: {AT}.column: must not be empty, found ''",
        f"1:77: {AT}.severity: 'fatal' is not one of error, info, warning.",
    ),
    checks({"check": "unique"}): (f"1:30: {AT}: the key 'columns' is missing or empty",),
    checks({"check": "unique", "column": "a", "columns": ["b"]}): (
        f"1:50: {AT}.column: a check has either 'column' or 'columns', not both",
    ),
    checks({"check": "references", "columns": ["a", "b"], "table": "u", "to": ["x"]}): (
        f"1:97: {AT}.to: the check has 2 columns, these are 1",
    ),
    checks({"check": "range", "column": "a"}): (
        f"1:30: {AT}: a range needs 'min', 'max' or both",
    ),
    checks({"check": "range", "column": "a", "min": 5, "max": 3}): (
        f"1:71: {AT}.min: 'min' is more than 'max', 3",
    ),
    checks({"check": "range", "column": "a", "min": True}): (
        f"1:71: {AT}.min: expected a number or a string, found true",
    ),
    checks({"check": "rowCount"}): (f"1:30: {AT}: a rowCount needs 'min', 'max' or both",),
    checks({"check": "rowCount", "min": -1, "tolerance": {"rows": 1}}): (
        f"1:59: {AT}.min: must not be negative, found -1",
        f"1:63: {AT}.tolerance: unknown key.",
    ),
    checks({"check": "freshness", "column": "a", "maxAge": "2 hours"}): (
        f"1:78: {AT}.maxAge: must be a number and one of s, m, h, d, w, such as '2h' or '7d', "
        "found '2 hours'",
    ),
    checks({"check": "notNull", "column": "a", "tolerance": {"row": 5}}): (
        f"1:79: {AT}.tolerance: a tolerance is either a number of 'rows' or a 'share' of them: "
        '{"rows": 5}',
        f"1:80: {AT}.tolerance.row: unknown key. Did you mean 'rows'?",
    ),
    checks({"check": "equalSums", "sum": "a", "table": "u", "equals": "b", "to": ["x"]}): (
        f"1:30: {AT}: the key 'by' is missing: the columns here that 'to' names there",
    ),
    checks({"check": "oneOf", "column": "a", "values": []}): (
        f"1:74: {AT}.values: no value could be one of none",
    ),
    checks({"check": "oneOf", "column": "a", "values": [{}]}): (
        f"1:75: {AT}.values[0]: expected a string, a number or true or false, found an object",
    ),
    checks({"check": "ordered", "columns": ["a"]}): (
        f"1:62: {AT}.columns: must name two columns or more",
    ),
    checks({"check": "nullShare", "column": "a", "max": 1.5}): (
        f"1:75: {AT}.max: must be from 0 to 1, found 1.5",
    ),
    checks({"check": "nullShare", "column": "a", "max": 10**400}): (
        f"1:75: {AT}.max: must be from 0 to 1, found 1{'0' * 59}…",
    ),
    checks({"check": "sql", "violations": "SELECT 1"}): (
        f"1:30: {AT}: the key 'name' is missing",
    ),
    '{"tables": {"a b": []}}': ('1:20: tables["a b"]: expected an object, found a list',),
    '{"reconcile": [{"operation": "GET /x", "each": "items"}]}': (
        "1:16: reconcile[0]: the key 'table' is missing",
        "1:16: reconcile[0]: the key 'columns' is missing",
        f"1:48: reconcile[0].each: {POINTER}, found 'items'",
    ),
    '{"transactions": {"preemptions": -1, "pairs": "al"}}': (
        "1:34: transactions.preemptions: must not be negative, found -1",
        "1:47: transactions.pairs: 'al' is not one of all, ranked. Did you mean 'all'?",
    ),
}  # fmt: skip

SYSTEM = "[system]\nurl = 'http://x'\n"
PROJECT: dict[str, tuple[str, ...]] = {
    "a": ("1:2: not valid TOML: Expected '=' after a key in a key/value pair",),
    "[system]": (
        "1:1: system: needs either 'command' (Seamline starts it) or 'url' (it runs already),"
        " not neither",
    ),
    "[system]\nurl = 'x'\ncommand = ['x']": (
        "1:1: system: needs either 'command' (Seamline starts it) or 'url' (it runs already),"
        " not both",
    ),
    "[system]\ncommand = 'x'": ("2:11: system.command: expected a list of strings, found 'x'",),
    "[sistem]": (
        "1:1: sistem: unknown key. Did you mean 'system'?",
        "1:1: the key 'system' is missing",
    ),
    SYSTEM + "start_timeout_s = 0\nreday = '/'": (
        "3:19: system.start_timeout_s: must be more than 0, found 0",
        "4:1: system.reday: unknown key. Did you mean 'ready'?",
    ),
    SYSTEM + "[database]\nprovider = 'url'": (
        "3:1: database: provider = \"url\" needs the key 'url'",
    ),
    SYSTEM + "[database]\nprovider = 'private'\nurl = 'x'": (
        "5:1: database.url: a private server has no 'url';"
        ' write provider = "url" or leave one of them out',
    ),
    SYSTEM + "[database]\nurl = 5": (
        "4:7: database.url: expected a string or an object with 'env', found 5",
    ),
    SYSTEM + "[database]\nengine = 'postgres'\nseed = 5\nmigrations = { kind = 'sql' }": (
        "4:10: database.engine: 'postgres' is not one of mariadb, mysql, postgresql, sqlite."
        " Did you mean 'postgresql'?",
        "5:8: database.seed: expected auto, a list of strings or an object with 'command',"
        " found 5",
        "6:14: database.migrations: kind = \"sql\" needs the key 'files' or 'folder', not neither",
    ),
    SYSTEM + "[database.migrations]\nkind = 'command'\ncommand = ['x']\nup = ['x', 'up']": (
        "3:1: database.migrations: a history is walked by commands: needs the key 'revisions'",
        "6:6: database.migrations.up: must say to which revision: {revision} in one of its words",
    ),
    SYSTEM + "[database.migrations]\nkind = 'alembic'\ndown = ['x', '{undone}']": (
        "5:1: database.migrations.down: is for kind = \"command\", not 'alembic'",
    ),
    SYSTEM + "[identities.anonymous]\nheader = { A = 'b' }": (
        "3:1: identities.anonymous: 'anonymous' is always there: it sends no credentials."
        " Take another name",
    ),
    SYSTEM + "[identities.x]\nrole = 'x'": (
        "3:1: identities.x: says no way to prove who it is:"
        " one of login, header, query, basic, cookie, oauth2",
    ),
    SYSTEM + "[identities.x]\nregister = { path = '/x', json = {}, form = {} }": (
        "3:1: identities.x: says no way to prove who it is:"
        " one of login, header, query, basic, cookie, oauth2",
        "4:38: identities.x.register.form: a register has either 'json' or 'form', not both",
    ),
    SYSTEM + "[identities.x.login]\npath = '/x'\ncookie = 's'\ncsrf = { header = 'X' }": (
        "6:8: identities.x.login.csrf: needs either 'cookie' or 'pointer',"
        " where the token stands, not neither",
    ),
    SYSTEM + "[identities.x.login]\npath = '/x'\ncookie = 's'\ncsrf = { cookie = 'c' }": (
        "6:8: identities.x.login.csrf: the key 'header' is missing",
    ),
    SYSTEM + "[identities.x]\noauth2 = { token_url = 'token', client_id = 'c' }": (
        "4:10: identities.x.oauth2: grant = \"client_credentials\" needs the key 'client_secret'",
        "4:24: identities.x.oauth2.token_url: must be a path that starts with '/' or an http URL,"
        " found 'token'",
    ),
    SYSTEM + "[identities.x.oauth2]\ntoken_url = '/t'\ngrant = 'implicit'": (
        "5:9: identities.x.oauth2.grant: 'implicit' is not one of client_credentials, password.",
    ),
    SYSTEM + "[identities.x.oauth2]\ntoken_url = '/t'\ngrant = 'password'\nclient_secret = 's'": (
        "3:1: identities.x.oauth2: grant = \"password\" needs the key 'username'",
        "3:1: identities.x.oauth2: grant = \"password\" needs the key 'password'",
        "3:1: identities.x.oauth2: 'client_secret' needs the key 'client_id'",
    ),
    SYSTEM + "[identities.x.oauth2]\ntoken_url = '/t'\nclient_id = 'c'\nclient_secret = 's'"
    "\nusername = 'u'": (
        "7:1: identities.x.oauth2.username: is for grant = \"password\", not \"client_credentials\"",
    ),
    SYSTEM + "[identities.x.login]\npath = '/x'\njson = {}\nform = {}": (
        "3:1: identities.x.login: needs 'token' (a JSON Pointer into its answer)"
        " or 'cookie' (the one to keep)",
        "6:1: identities.x.login.form: a login has either 'json' or 'form', not both",
    ),
    SYSTEM + "[identities.x]\nlogin = { path = '/x', token = 'id' }": (
        f"4:32: identities.x.login.token: {POINTER}, found 'id'",
    ),
    SYSTEM + "[identities.x.login]\npath = '/x'\ntoken = '#'\njson = { at = 2027-01-01 }": (
        "6:15: identities.x.login.json.at: write a date or time as a string, in quotes",
    ),
    SYSTEM + "[secrets]\njwt = { env = 'X' }\n[tokens]\nsecret = '{secret:jtw}'": (
        "6:10: tokens.secret: the secret 'jtw' is not in [secrets]. Did you mean 'jwt'?",
    ),
    SYSTEM + "[tokens]\nsecret = '{env:}'": (
        "4:10: tokens.secret: {env:…} needs a name, found ''",
    ),
    SYSTEM + "[gate]\nfail_on = ['info']\noperations_reached = 2": (
        "4:12: gate.fail_on[0]: 'info' is not one of error, warning.",
        "5:22: gate.operations_reached: must be from 0 to 1, found 2",
    ),
    SYSTEM + "[limits]\nconfirm = 1.5": (
        "4:11: limits.confirm: expected a whole number, found 1.5",
    ),
    SYSTEM + "[[identities]]": ("3:1: identities: expected an object, found a list",),
}  # fmt: skip

ALL = [
    pytest.param(read, text, name, expected, id=f"{name}-{number}")
    for read, name, table in (
        (endpoints, "e.json", ENDPOINTS),
        (data, "d.json", DATA),
        (project, "s.toml", PROJECT),
    )
    for number, (text, expected) in enumerate(table.items())
]


@pytest.mark.parametrize(("read", "text", "name", "expected"), ALL)
def test_the_message(read: Any, text: str, name: str, expected: tuple[str, ...]) -> None:
    assert problems(read, text) == tuple(f"{name}:{line}" for line in expected)


@pytest.mark.parametrize("read", [endpoints, data])
def test_yaml_gives_the_same_messages_at_the_same_places(read: Any) -> None:
    """Every JSON text of the tables is YAML too (JSON's own syntax errors aside)."""
    for text, expected in (ENDPOINTS if read is endpoints else DATA).items():
        if "not valid JSON" not in expected[0]:
            assert problems(read, text, "x.yaml") == tuple(f"x.yaml:{line}" for line in expected)


def test_all_errors_of_a_file_are_reported_at_once_in_its_order() -> None:
    text = """{
  "version": 1,
  "endpoints": [{
    "endpoint": "/orders",
    "method": "POTS",
    "cases": [
      {"id": "a", "identity": "customer", "request": {"json": {"sku": {"$row": "products"}}}},
      {"id": "a",
       "expct": {"status": 201}}
    ],
    "endpoint": "/orders"
  }]
}"""
    assert problems(endpoints, text, "Endpoint_Validation_Specs.json") == (
        "Endpoint_Validation_Specs.json:5:15: endpoints[0].method:"
        f" 'POTS' is not one of {METHODS}. Did you mean 'POST'?",
        "Endpoint_Validation_Specs.json:7:71: endpoints[0].cases[0].request.json.sku:"
        " $row must be written as 'products[0].sku'",
        "Endpoint_Validation_Specs.json:8:14: endpoints[0].cases[1].id:"
        " another case of this file has the id 'a'",
        "Endpoint_Validation_Specs.json:9:8: endpoints[0].cases[1].expct:"
        " unknown key. Did you mean 'expect'?",
        "Endpoint_Validation_Specs.json:11:5: endpoints[0].endpoint: this key is given twice",
    )
