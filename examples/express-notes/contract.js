// The OpenAPI document is what requests are held against: it cannot drift from the code.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Refusal } from "./problem.js";

export const document = JSON.parse(readFileSync(new URL("openapi.json", import.meta.url), "utf8"));
const ajv = new Ajv({ strict: false, coerceTypes: false });
addFormats(ajv);
ajv.addSchema(document, "api");

export function body(name) {
  const valid = ajv.getSchema(`api#/components/schemas/${name}`);
  return (request, response, next) => {
    if (!request.is("application/json")) throw new Refusal(415, "The body must be JSON.");
    if (!valid(request.body)) throw new Refusal(422, ajv.errorsText(valid.errors, { dataVar: "body" }));
    if (JSON.stringify(request.body).includes("\\u0000")) throw new Refusal(422, "NUL cannot be stored.");
    next();
  };
}

export function whole(text, { from = 1, to = 2 ** 31 - 1, otherwise } = {}) {
  if (text === undefined && otherwise !== undefined) return otherwise;
  const number = /^[0-9]{1,10}$/.test(text ?? "") ? Number(text) : NaN;
  if (!(number >= from && number <= to)) throw new Refusal(422, `must be a number from ${from} to ${to}`);
  return number;
}

export function methods(...allowed) {
  return (request, response) => {
    throw new Refusal(405, "This resource has no such method.", { Allow: allowed.join(", ") });
  };
}
