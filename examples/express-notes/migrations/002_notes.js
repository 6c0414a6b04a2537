export const up = (knex) =>
  knex.schema.raw(`
    CREATE TABLE notes (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      account_id int NOT NULL REFERENCES accounts ON DELETE CASCADE,
      title varchar(120) NOT NULL CHECK (title <> ''),
      text varchar(4000) NOT NULL DEFAULT '',
      created_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX notes_account_id_idx ON notes (account_id, id);
  `);

export const down = (knex) => knex.schema.dropTable("notes");
