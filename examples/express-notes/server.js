// A small notes service: Express and pg, nothing else between a request and its SQL.
import express from "express";
import * as accounts from "./accounts.js";
import { body, document, methods, whole } from "./contract.js";
import { pool } from "./db.js";
import * as notes from "./notes.js";
import { Refusal, onError } from "./problem.js";

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.use(express.json({ limit: "64kb", strict: false }));

app.route("/health").get((request, response) => response.json({ status: "ok" })).all(methods("GET", "HEAD"));
app.route("/openapi.json").get((request, response) => response.json(document)).all(methods("GET", "HEAD"));
app
  .route("/accounts")
  .post(body("NewAccount"), async (request, response) => response.status(201).json(await accounts.register(request.body)))
  .all(methods("POST"));
app
  .route("/login")
  .post(body("Login"), async (request, response) => response.json(await accounts.login(request.body)))
  .all(methods("POST"));
app
  .route("/logout")
  .post(accounts.authenticate, async (request, response) => {
    await accounts.logout(request);
    response.status(204).end();
  })
  .all(methods("POST"));
app
  .route("/notes")
  .get(accounts.authenticate, async (request, response) => {
    const { page, size } = request.query;
    const from = whole(page, { otherwise: 1, to: 10_000 });
    response.json(await notes.list(request.account, from, whole(size, { otherwise: 20, to: 100 })));
  })
  .post(accounts.authenticate, body("NewNote"), async (request, response) => {
    const note = await notes.create(request.account, request.body);
    response.status(201).location(`/notes/${note.id}`).json(note);
  })
  .all(methods("GET", "HEAD", "POST"));
app
  .route("/notes/:id")
  .get(accounts.authenticate, async (request, response) =>
    response.json(await notes.read(request.account, whole(request.params.id))),
  )
  .put(accounts.authenticate, body("NewNote"), async (request, response) =>
    response.json(await notes.replace(request.account, whole(request.params.id), request.body)),
  )
  .delete(accounts.authenticate, async (request, response) => {
    await notes.remove(request.account, whole(request.params.id));
    response.status(204).end();
  })
  .all(methods("GET", "HEAD", "PUT", "DELETE"));
app.use(() => {
  throw new Refusal(404, "There is no such resource.");
});
app.use(onError);

const server = app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
process.on("SIGTERM", () => server.close(() => pool.end()));
