"""Which check belongs to which part and section of the work order: one table, read by all reports."""

from __future__ import annotations

import msgspec

from seamline.model.vocabulary import (
    DATA_CHECKS,
    MIGRATION_CHECKS,
    ROLLOUT_CHECKS,
    TRANSACTION_CHECKS,
    Part,
)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading of the work order and its checks, each with what it claims."""

    part: Part
    title: str
    checks: dict[str, str] = {}


SECTIONS = (
    Section(
        part="api",
        title="Endpoint testing",
        checks={
            "documentSound": "the OpenAPI document refers to nothing absent and contradicts itself nowhere",
            "statusAsExpected": "the status is one that the case expects",
            "statusDocumented": "the status is one that the document names",
            "responseSchema": "the body fits the schema that the document gives for this status",
            "contentType": "the media type is one that the document lists for this status",
            "documentedHeaders": "the headers that the document promises are there and fit their schemas",
            "headEqualsGet": "HEAD has the status and the headers of GET",
            "latencyBudget": "an operation answers within the time that a person gives it",
            "conditionalRequests": "304 and 412 are answered where a condition asks for them, and only there",
            "paginationStable": "pages together hold each row once, in a stable order",
            "filterObeys": "a filtered list holds all items that have the value, and no others",
            "sortObeys": "a list that is asked for in an order stands in it",
        },
    ),
    Section(
        part="api",
        title="Data validation",
        checks={
            "createdRowMatches": "a created resource is one row that equals request and answer",
            "deleteRemovesOnlyItsRow": "a delete removes its row and only what belongs to it",
            "updateChangesOnlyAsked": "an update changes its row, and nothing that was not asked",
            "idempotentTwice": "PUT and DELETE sent twice leave the rows of one request",
            "laterReadAgrees": "a later read tells of what was written as it was written",
            "roundTripFidelity": "accepted values are kept as sent: in the row, the answer, a later read",
            "changeIsLogged": "a change and its row in the audit or outbox are one transaction",
            "effectsHold": "an accepted request writes no table that its effects leave out",
            "contractDrift": "what the document allows the columns hold, or a documented refusal comes",
            "listCountFollowsRows": "the total of a list goes up by one with one new row",
            "answerEqualsRows": "what is answered is what the rows hold at that moment",
            "inputStaysParameter": "input reaches the database as a parameter, not as text of a statement",
            "noSecretInClear": "a password of the request stands in no row as it was sent",
            "safeMethodWritesNothing": "a safe method changes no row of the resource",
        },
    ),
    Section(
        part="api",
        title="Error handling",
        checks={
            "noServerError": "no answer is 5xx, and an answer comes at all",
            "invalidInputRejected": "input that the document does not allow is refused",
            "validInputAccepted": "what the document gives as an example or a bound is not refused",
            "tooLargeHandled": "a request that is far too large neither breaks the system nor hangs",
            "notAcceptable": "406 answers a client that takes nothing that there is, where it is documented",
            "errorShapeConsistent": "errors that the document leaves open look like those it describes",
            "undeclaredMethodRefused": "a method that the document does not have is not carried out",
            "absentIs404": "a request to what does not exist is answered with 404",
            "duplicateRefused": "what may exist only once is refused the second time",
            "errorLeavesNoTrace": "a request that is answered with an error changes no row",
            "nothingLeaked": "no stack trace, SQL text, file path or secret stands in an answer",
            "sqlErrorsTold": "no error of the database is passed over in silence",
        },
    ),
    Section(
        part="api",
        title="Authentication testing",
        checks={
            "authRequired": "without valid credentials the request is refused",
            "optionsAndCors": "an origin that nobody listed may not send credentials",
            "forgedTokenRefused": "a token that is forged, too old, too early or for others is refused",
            "roleMatrix": "the roles that may call an operation can, and no others",
            "foreignObjectProtected": "what belongs to somebody is neither shown to nor changed by another",
            "massAssignment": "no property sets a column that callers may not set",
            "loggedOutTokenRefused": "what a logout ended is accepted no longer",
            "cookieFlags": "session cookies are kept from scripts and from other sites",
            "wwwAuthenticateSent": "a 401 says how to authenticate",
        },
    ),
    Section(
        part="database",
        title="Data integrity testing",
        checks={
            "notNull": "the column is never null",
            "unique": "no two rows share the key",
            "references": "every reference points at a row that exists",
            "constraint": "the rule of a constraint holds for every row",
            "range": "every value lies within its bounds",
            "length": "every text has as many characters as it may have",
            "matches": "every value has the given form",
            "oneOf": "every value is one of those listed",
            "ordered": "the columns stand in the given order in every row",
            "equalSums": "sums of two tables are equal",
            "nullShare": "the share of nulls keeps its bounds",
            "rowCount": "the number of rows keeps its bounds",
            "mean": "the mean of the values keeps its bounds",
            "quantile": "a quantile of the values keeps its bounds",
            "freshness": "the newest value is as new as it has to be",
            "sql": "a query that looks for violations finds none",
        },
    ),
    Section(
        part="database",
        title="Transaction testing",
        checks={
            "errorLeavesNoTrace": "a request that is answered with an error changes no row",
            "oneWriteTransaction": "what a request writes is one transaction",
            "noOpenTransaction": "no transaction outlives the request that began it",
            "atomicUnderFaults": "where a statement fails all rows of a request stand or none, as answered",
            "retryAppliesOnce": "what is tried again after a fault takes effect once",
            "recoversAfterFaults": "after a failed statement or a lost connection the system goes on",
            "faultLeaksNothing": "the answer to a fault of the database tells nothing of its inside",
            "serialOutcome": "two requests at once end as one after the other",
            "noDeadlock": "two requests at once do not deadlock each other",
            "idempotencyKeyHolds": "a request sent again with its key takes effect once, answered alike",
        },
    ),
    Section(
        part="database",
        title="Migration validation",
        checks={
            "oneHead": "the history has one head, or branches that are declared",
            "upFromEmpty": "an empty database can be brought up to date",
            "upWithRows": "a revision can be applied where rows stand in the tables",
            "downRestores": "after the downgrade everything is defined as before the upgrade",
            "upAgainEqual": "the second upgrade does what the first one did",
            "rowsKept": "rows that stood before are there after upgrade and downgrade, unchanged",
            "upTwiceIsOnce": "an upgrade of what is up to date does nothing",
            "modelsMatchSchema": "the models describe the schema that the migrations make",
            "historyKept": "a revision that was applied stays as it is",
            "noRewriteUnderLock": "no full table is written anew while everybody waits",
            "noScanUnderLock": "no full table is read through while others have to wait",
            "indexBuiltConcurrently": "an index of a full table is built while others write",
            "noBackfillUnderLock": "rows of a full table are not all written in one transaction",
            "noInvalidIndex": "every index that an upgrade leaves can be used",
            "withinLockBudget": "nobody waits for a table longer than its budget",
            "oldCodeOnNewSchema": "what is deployed now works over the present schema",
            "newCodeOnOldSchema": "the present version works over the schema that is deployed now",
        },
    ),
    Section(
        part="database",
        title="Performance",
        checks={
            "statementBudget": "a request runs no more statements than its budget",
            "statementsDoNotGrow": "a list takes as many statements for many items as for few",
            "noSequentialScan": "no statement looks at every row of a growing table for what an index finds",
            "listIsBounded": "a page of a list fetches no more than the page",
        },
    ),
)


def sections_of(part: Part) -> tuple[Section, ...]:
    """The sections of one part's document, in order."""
    return tuple(s for s in SECTIONS if s.part == part)


def part_of_check(check: str) -> Part:
    """The part that a finding of `check` counts for."""
    of_rows = (*DATA_CHECKS, *MIGRATION_CHECKS, *ROLLOUT_CHECKS, *TRANSACTION_CHECKS)
    return "database" if check in of_rows else "api"
