"""How the exchanges of a run are judged: the contexts of operations and the rules of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec

from seamline.checks import Context
from seamline.checks.contract_drift import CHECK
from seamline.checks.nothing_leaked import SECRET, secret_values
from seamline.data.changed import ChangedRows
from seamline.data.declared import declared, without_twins
from seamline.data.derive import derived
from seamline.data.rule import Rule
from seamline.model.vocabulary import API_CHECKS, Part
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation, operations
from seamline.openapi.validate import BodySchemas
from seamline.run.contexts import contexts, methods_of
from seamline.run.drift import Compared, compared
from seamline.run.noise import Noise
from seamline.run.own_row import OwnRows, own_rows
from seamline.run.session import Rules, Target, rows_of
from seamline.run.standing import Standings, standings
from seamline.spec.data import DataFramework
from seamline.spec.endpoints import EndpointSpecs
from seamline.spec.project import Project
from seamline.system.token import claims_of, key_problem

_SECRET_ROWS = 50
_FEW = 2
"""Operations; what more of them agree on holds for those too of which the files say nothing."""


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """The three files of a project, read.

    `data_label` is how messages name the third, the paths are where they are. `today` is the day by which
    their allowances hold or have expired: one for a whole run.
    """

    project: Project
    endpoints: EndpointSpecs
    data: DataFramework
    data_label: str = "Data_Validation_Framework.json"
    data_file: Path | None = None
    endpoints_file: Path | None = None
    today: date = msgspec.field(default_factory=date.today)


class Judging(msgspec.Struct, frozen=True, kw_only=True):
    """What judges a run: the operations of the document, the rules of rows, all of it as `Rules`.

    `rows` is empty where there is no database. `claims` are the names of the claims of each identity
    whose credentials are a token; `ambiguous` are the tables between which nothing decides, by
    operation; `no_signing` says why such tokens cannot be signed, where they cannot.
    """

    operations: Mapping[str, Operation]
    rows: Sequence[Rule]
    rules: Rules
    schemas: BodySchemas | None = None
    claims: Mapping[str, frozenset[str]] = {}
    ambiguous: Mapping[str, tuple[str, ...]] = {}
    no_signing: str = ""


async def judging(
    files: Files,
    target: Target,
    document: Document | None,
    parts: Sequence[Part],
    checks: frozenset[str] = frozenset(),
) -> Judging:
    """Put files, document and catalog together; of the rules of rows those of `checks`, if any are given.

    Raises `SpecError` for names in the files that the database does not have.
    """
    ops = operations(document) if document is not None else {}
    rows: list[Rule] = []
    if target.catalog is not None:
        own = declared(files.data, target.catalog, files.data_label, files.data_file)
        rows = [
            rule
            for rule in without_twins(derived(target.catalog), own)
            if not checks or rule.check in checks
        ]
    secrets = await _secrets(target)
    schemas = BodySchemas(document) if document is not None else None
    watch = target.catalog is not None and "database" in parts
    identities = await own_rows(files.project, target)
    known = contexts(
        {e.operation: e for e in files.endpoints.endpoints},
        ops,
        schemas,
        target.catalog,
        secrets,
        frozenset(i.role for i in files.project.identities.values() if i.role is not None),
        files.data.reconcile,
    )
    contract = Compared()
    is_asked = "api" in parts and (not checks or CHECK in checks)
    if schemas is not None and target.catalog is not None and is_asked:
        contract = compared(known, schemas, target.catalog)
    rules = Rules(
        contexts={
            key: msgspec.structs.replace(context, drifts=contract.drifts.get(key, ()))
            for key, context in known.items()
        },
        fallback=Context(
            catalog=target.catalog,
            secrets=secrets,
            validations=frozenset(API_CHECKS),
            methods=methods_of(ops.values()),
            error_tables=_trails(files.endpoints),
        ),
        rows=ChangedRows(rows, target.catalog) if watch and target.catalog is not None else None,
        noise=noise_of(files.project),
        identity_rows=identities,
        standings=await _standings(files, target, ops, document, identities),
        settle_s=files.project.limits.settle_ms / 1000,
        judge_api="api" in parts,
        allowances={e.operation: e.allow for e in files.endpoints.endpoints if e.allow},
        today=files.today,
    )
    claims = {name: claims_of(c) for name, c in target.identities.items()}
    return Judging(
        operations=ops,
        rows=rows,
        rules=rules,
        claims={name: frozenset(c) for name, c in claims.items() if c is not None},
        ambiguous=contract.ambiguous,
        no_signing=key_problem(target.signing) if target.signing is not None else "",
    )


async def _standings(
    files: Files,
    target: Target,
    known: Mapping[str, Operation],
    document: Document | None,
    identities: OwnRows,
) -> Standings | None:
    if target.database is None or target.catalog is None:
        return None
    said = (files.data, files.data_label, files.data_file)
    return await standings(*said, target.catalog, known, document, identities, target.database)


def _trails(endpoints: EndpointSpecs) -> frozenset[str]:
    """Tables that refused requests of every operation may write of which the file says anything: logs."""
    said = [e.effects.error_ops for e in endpoints.endpoints if e.effects and e.effects.error_ops]
    return frozenset.intersection(*map(frozenset, said)) if len(said) > _FEW else frozenset()


def noise_of(project: Project) -> Noise:
    """What the project's toml says changes by itself."""
    columns = frozenset(
        (table, column) for table, _, column in (c.rpartition(".") for c in project.noise.columns)
    )
    return Noise(frozenset(project.noise.background_tables), columns)


async def _secrets(target: Target) -> frozenset[str]:
    """Values of secret columns in the seeded rows: a few of each, to look for in answers."""
    if target.database is None or target.catalog is None:
        return frozenset()
    found: set[str] = set()
    for table in target.catalog.tables:
        if any(SECRET.fullmatch(c.name) for c in table.columns):
            for row in await rows_of(target.database, target.catalog, table.name, {}, _SECRET_ROWS):
                found |= secret_values(row)
    return frozenset(found)
