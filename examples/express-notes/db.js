// One pool; one request is one transaction.
import pg from "pg";

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
// A lost connection fails the statement that waits for it; the event of it must not end the process too.
pool.on("error", () => {});
pool.on("connect", (client) => client.on("error", () => {}));

export async function transaction(work) {
  const client = await pool.connect();
  let broken;
  try {
    await client.query("BEGIN");
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((second) => (broken = second));
    throw error;
  } finally {
    client.release(broken);
  }
}
