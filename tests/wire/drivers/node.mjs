// node-postgres: simple queries, parameters, named statements, an error inside a transaction, a cursor.
import { createRequire } from "node:module";
const require = createRequire(process.argv[3] + "/");
const pg = require("pg"), Cursor = require("pg-cursor");
const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
await client.query("BEGIN");
await client.query("INSERT INTO t VALUES ($1, $2)", [1, "it's"]);
for (const n of [2, 3, 4]) {
  await client.query({ name: "more", text: "INSERT INTO t VALUES ($1, $2)", values: [n, null] });
}
await client.query("COMMIT");
let code = "";
try { await client.query("INSERT INTO t VALUES (1)"); } catch (error) { code = error.code; }
const cursor = client.query(new Cursor("SELECT * FROM t ORDER BY a"));
const some = await cursor.read(2);
await cursor.close();
const all = await client.query("SELECT * FROM t; SELECT 1");
await client.end();
console.log(`${code} ${some.length} ${all[0].rowCount}`);
