export const up = (knex) =>
  knex.schema.raw(`
    CREATE TABLE accounts (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      email varchar(200) NOT NULL,
      password_hash varchar(200) NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE UNIQUE INDEX accounts_email_key ON accounts (lower(email));
    CREATE TABLE sessions (
      id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      account_id int NOT NULL REFERENCES accounts ON DELETE CASCADE,
      token_hash varchar(64) NOT NULL UNIQUE,
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX sessions_account_id_idx ON sessions (account_id);
  `);

export const down = (knex) => knex.schema.raw("DROP TABLE sessions; DROP TABLE accounts;");
