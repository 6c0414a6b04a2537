// One pool; one request is one transaction.
import pg from "pg";

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });
pool.on("error", () => {}); // an idle connection was lost: the next request gets another one

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
