"""Defects of who may what."""

from shop.defects.defect import Defect

DEFECTS = (
    Defect(
        name="auditIsPublic",
        what="GET /admin/audit answers without credentials.",
        check="authRequired",
        operation="GET /admin/audit",
    ),
    Defect(
        name="expiredTokenAccepted",
        what="A token that has expired is accepted.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="notYetValidAccepted",
        what="A token that is not valid yet is accepted.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="tamperedTokenAccepted",
        what="A token that was seen before is accepted with another signature.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="algNoneAccepted",
        what="A token that says `alg: none` is accepted without a signature.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="otherKeyAccepted",
        what="A token is accepted whoever signed it.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="otherAudienceAccepted",
        what="A token for another audience is accepted.",
        check="forgedTokenRefused",
        operation="GET /users/me",
    ),
    Defect(
        name="staffIssuesCoupons",
        what="POST /coupons lets staff issue coupons.",
        check="roleMatrix",
        operation="POST /coupons",
        also=("statusAsExpected",),
    ),
    Defect(
        name="orderShownToOthers",
        what="GET /orders/{id} shows any customer's order to any customer.",
        check="foreignObjectProtected",
        operation="GET /orders/{id}",
        also=("statusAsExpected", "answerEqualsRows"),
    ),
    Defect(
        name="orderCancelledByOthers",
        what="POST /orders/{id}/cancel cancels any customer's order for any customer.",
        check="foreignObjectProtected",
        operation="POST /orders/{id}/cancel",
        also=("statusAsExpected",),
    ),
    Defect(
        name="registerAsAdmin",
        what="POST /auth/register stores the role that the body asks for.",
        check="massAssignment",
        operation="POST /auth/register",
        also=("statusAsExpected", "invalidInputRejected"),
    ),
    Defect(
        name="logoutForgotten",
        what="After POST /auth/logout the access token is accepted as before.",
        check="loggedOutTokenRefused",
        operation="POST /auth/logout",
        also=("statusAsExpected",),
    ),
    Defect(
        name="cookieReadableByScripts",
        what="POST /auth/login sets the cookie of the refresh token without HttpOnly.",
        check="cookieFlags",
        operation="POST /auth/login",
    ),
    Defect(
        name="noChallenge",
        what="A 401 comes without WWW-Authenticate.",
        check="wwwAuthenticateSent",
        operation="GET /users/me",
        also=("documentedHeaders",),
    ),
)
