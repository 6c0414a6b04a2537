// Every refusal is a problem document (RFC 9457).
export class Refusal extends Error {
  constructor(status, detail, headers = {}) {
    super(detail);
    Object.assign(this, { status, detail, headers });
  }
}

const TITLES = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

export function send(response, refusal) {
  const { status, detail } = refusal;
  response.status(status).set(refusal.headers ?? {}).type("application/problem+json");
  response.send(JSON.stringify({ type: "about:blank", title: TITLES[status], status, detail }));
}

// eslint-disable-next-line no-unused-vars -- four parameters make it an error handler
export function onError(error, request, response, next) {
  if (error instanceof Refusal) return send(response, error);
  if (error.type === "entity.too.large") return send(response, new Refusal(413, "The body is too large."));
  if (error.type === "charset.unsupported" || error.type === "encoding.unsupported")
    return send(response, new Refusal(415, "The body must be JSON in UTF-8."));
  if (error.status === 400) return send(response, new Refusal(400, "The request cannot be read."));
  if (isLost(error))
    return send(response, new Refusal(503, "The database cannot be reached.", { "Retry-After": "1" }));
  console.error(error);
  send(response, new Refusal(500, "Something went wrong on our side."));
}

function isLost(error) {
  const code = String(error.code ?? "");
  return /^(08|40|53|55|57)/.test(code) || /^E[A-Z]+$/.test(code) || /terminated|timeout/i.test(error.message);
}
