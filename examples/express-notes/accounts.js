// Accounts and logins. A token is random; the database holds only its SHA-256.
import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { pool, transaction } from "./db.js";
import { Refusal } from "./problem.js";

const derive = promisify(scrypt);
const COST = { N: 4096, r: 8, p: 1 };
const digest = (token) => createHash("sha256").update(token).digest("hex");
const unauthorized = (detail) => new Refusal(401, detail, { "WWW-Authenticate": "Bearer" });

export async function register({ email, password }) {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, 32, COST);
  const stored = `${salt.toString("hex")}:${hash.toString("hex")}`;
  const { rows } = await transaction((client) =>
    client.query(
      "INSERT INTO accounts (email, password_hash) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id, email",
      [email, stored],
    ),
  );
  if (!rows.length) throw new Refusal(409, "This address is registered already.");
  return rows[0];
}

export async function login({ email, password }) {
  const { rows } = await pool.query("SELECT id, password_hash FROM accounts WHERE lower(email) = lower($1)", [email]);
  const [salt, hash] = (rows[0]?.password_hash ?? `${"00".repeat(16)}:${"00".repeat(32)}`).split(":");
  const given = await derive(password, Buffer.from(salt, "hex"), 32, COST);
  if (!timingSafeEqual(given, Buffer.from(hash, "hex")) || !rows.length)
    throw unauthorized("E-mail or password is wrong.");
  const token = randomBytes(32).toString("base64url");
  await pool.query(
    "INSERT INTO sessions (account_id, token_hash, expires_at) VALUES ($1, $2, now() + interval '1 day')",
    [rows[0].id, digest(token)],
  );
  return { token };
}

export async function logout(request) {
  const { rowCount } = await pool.query("DELETE FROM sessions WHERE token_hash = $1", [digest(request.token)]);
  if (!rowCount) throw unauthorized("This token is not valid.");
}

export async function authenticate(request, response, next) {
  const [, token] = /^Bearer ([\w-]{1,200})$/.exec(request.get("authorization") ?? "") ?? [];
  if (!token) throw unauthorized("A token is needed.");
  const { rows } = await pool.query("SELECT account_id FROM sessions WHERE token_hash = $1 AND expires_at > now()", [
    digest(token),
  ]);
  if (!rows.length) throw unauthorized("This token is not valid.");
  Object.assign(request, { token, account: rows[0].account_id });
  next();
}
