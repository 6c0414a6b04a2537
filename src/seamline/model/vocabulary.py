"""The words that files, reports and code share: severities, kinds, check names."""

from __future__ import annotations

from typing import Literal

Severity = Literal["error", "warning", "info"]
CaseKind = Literal["positive", "boundary", "negative", "credentials", "absence", "sequence"]
RowOp = Literal["insert", "update", "delete"]
Part = Literal["api", "database"]
Verdict = Literal["confirmed", "unconfirmed", "unstable"]
Side = Literal["works", "breaks", "unstable", "not tried", "absent"]
"""How a version of an operation fares over the schema of the other version."""
Rollout = Literal["safe", "needs ordering", "unsafe", "not known"]
"""What that means for the time in which both versions run."""

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "QUERY"})
"""Methods whose request must not change a resource (RFC 9110, 9.2.1; OpenAPI 3.2 for QUERY)."""

ANONYMOUS = "anonymous"
"""The identity that sends no credentials."""

API_CHECKS = (
    "statusAsExpected",
    "statusDocumented",
    "responseSchema",
    "contentType",
    "documentedHeaders",
    "noServerError",
    "invalidInputRejected",
    "validInputAccepted",
    "errorShapeConsistent",
    "undeclaredMethodRefused",
    "absentIs404",
    "duplicateRefused",
    "paginationStable",
    "filterObeys",
    "sortObeys",
    "conditionalRequests",
    "optionsAndCors",
    "headEqualsGet",
    "notAcceptable",
    "tooLargeHandled",
    "latencyBudget",
    "authRequired",
    "forgedTokenRefused",
    "roleMatrix",
    "foreignObjectProtected",
    "massAssignment",
    "loggedOutTokenRefused",
    "cookieFlags",
    "wwwAuthenticateSent",
    "safeMethodWritesNothing",
    "errorLeavesNoTrace",
    "createdRowMatches",
    "deleteRemovesOnlyItsRow",
    "updateChangesOnlyAsked",
    "idempotentTwice",
    "laterReadAgrees",
    "roundTripFidelity",
    "changeIsLogged",
    "effectsHold",
    "listCountFollowsRows",
    "contractDrift",
    "answerEqualsRows",
    "noSecretInClear",
    "nothingLeaked",
    "inputStaysParameter",
    "statementBudget",
    "statementsDoNotGrow",
    "listIsBounded",
    "oneWriteTransaction",
    "noOpenTransaction",
    "sqlErrorsTold",
    "noSequentialScan",
)
"""Checks of one exchange; what `validations` and `allow` may name."""

DOCUMENT_CHECKS = ("documentSound",)
"""Checks of the OpenAPI document itself; there is nothing to choose: it is judged once a run."""

DATA_CHECKS = (
    "notNull",
    "unique",
    "references",
    "constraint",
    "range",
    "length",
    "matches",
    "oneOf",
    "ordered",
    "equalSums",
    "nullShare",
    "rowCount",
    "mean",
    "quantile",
    "freshness",
    "sql",
)
"""Checks of a table's rows; what `checks[].check` may name."""

HAZARD_CHECKS = (
    "noRewriteUnderLock",
    "noScanUnderLock",
    "indexBuiltConcurrently",
    "noBackfillUnderLock",
    "noInvalidIndex",
    "withinLockBudget",
)
"""What a revision does to full tables that are in use."""

MIGRATION_CHECKS = (
    "oneHead",
    "upFromEmpty",
    "upWithRows",
    "downRestores",
    "upAgainEqual",
    "rowsKept",
    "upTwiceIsOnce",
    "modelsMatchSchema",
    "historyKept",
    *HAZARD_CHECKS,
)
"""Checks of the history of migrations; there is nothing to choose: it is walked once a run."""

ROLLOUT_CHECKS = ("oldCodeOnNewSchema", "newCodeOnOldSchema")
"""Checks of two versions side by side; there is nothing to choose: they are tried once a run."""

SWEEP_CHECKS = (
    "atomicUnderFaults",
    "retryAppliesOnce",
    "recoversAfterFaults",
    "faultLeaksNothing",
)
"""Checks of writing operations whose statements are made to fail, one at a time."""

SCHEDULE_CHECKS = ("serialOutcome", "noDeadlock", "idempotencyKeyHolds")
"""Checks of two requests at once, and of a request that is sent again with its key."""

TRANSACTION_CHECKS = (*SWEEP_CHECKS, *SCHEDULE_CHECKS)
