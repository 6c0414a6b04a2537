// Notes of one account; others do not know of them. Each change is written into `events` with it.
import { pool, transaction } from "./db.js";
import { Refusal } from "./problem.js";

const COLUMNS = "id, title, text, pinned, created_at, updated_at";
const missing = () => new Refusal(404, "There is no such note.");

export async function list(account, page, size) {
  return transaction(async (client) => {
    await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    const total = await client.query("SELECT count(*) AS n FROM notes WHERE account_id = $1", [account]);
    const items = await client.query(
      `SELECT ${COLUMNS} FROM notes WHERE account_id = $1 ORDER BY id LIMIT $2 OFFSET $3`,
      [account, size, (page - 1) * size],
    );
    return { items: items.rows, total: total.rows[0].n, page, size };
  });
}

export async function read(account, id) {
  const { rows } = await pool.query(`SELECT ${COLUMNS} FROM notes WHERE id = $1 AND account_id = $2`, [id, account]);
  if (!rows.length) throw missing();
  return rows[0];
}

export async function create(account, { title, text = "", pinned = false }) {
  return transaction(async (client) => {
    const { rows } = await client.query(
      `INSERT INTO notes (account_id, title, text, pinned) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
      [account, title, text, pinned],
    );
    await tell(client, account, "created", rows[0].id);
    return rows[0];
  });
}

export async function replace(account, id, { title, text = "", pinned = false }) {
  return transaction(async (client) => {
    const { rows } = await client.query(
      `UPDATE notes SET title = $3, text = $4, pinned = $5, updated_at = now()
       WHERE id = $1 AND account_id = $2 RETURNING ${COLUMNS}`,
      [id, account, title, text, pinned],
    );
    if (!rows.length) throw missing();
    await tell(client, account, "changed", id);
    return rows[0];
  });
}

export async function remove(account, id) {
  await transaction(async (client) => {
    const { rowCount } = await client.query("DELETE FROM notes WHERE id = $1 AND account_id = $2", [id, account]);
    if (!rowCount) throw missing();
    await tell(client, account, "removed", id);
  });
}

const tell = (client, account, what, id) =>
  client.query("INSERT INTO events (account_id, what, note_id) VALUES ($1, $2, $3)", [account, what, id]);
