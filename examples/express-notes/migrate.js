// node migrate.js latest | up REVISION | down REVISION | list | current
import knex from "knex";

const db = knex({
  client: "pg",
  connection: process.env.DATABASE_URL,
  migrations: { directory: new URL("migrations", import.meta.url).pathname, loadExtensions: [".js"] },
});
const plain = (name) => name.replace(/\.js$/, "");
const applied = async () => (await db.migrate.list())[0].map((m) => plain(m.name));
const waiting = async () => (await db.migrate.list())[1].map((m) => plain(m.file));

const [command, revision] = process.argv.slice(2);
const commands = {
  latest: () => db.migrate.latest(),
  async up() {
    while (!(await applied()).includes(revision)) {
      if (!(await waiting()).length) throw new Error(`there is no revision ${revision}`);
      await db.migrate.up();
    }
  },
  async down() {
    while ((await applied()).at(-1) !== revision && (await applied()).length) await db.migrate.down();
  },
  async list() {
    for (const name of [...(await applied()), ...(await waiting())]) console.log(name);
  },
  async current() {
    console.log((await applied()).at(-1) ?? "");
  },
};
try {
  await commands[command]();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await db.destroy();
}
