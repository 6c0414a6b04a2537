export const up = (knex) =>
  knex.schema.raw(`
    CREATE TABLE events (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      account_id int NOT NULL REFERENCES accounts ON DELETE CASCADE,
      what varchar(20) NOT NULL CHECK (what IN ('created', 'changed', 'removed')),
      note_id int NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX events_account_id_idx ON events (account_id);
  `);

export const down = (knex) => knex.schema.dropTable("events");
