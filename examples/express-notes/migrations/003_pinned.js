export const up = (knex) => knex.schema.raw("ALTER TABLE notes ADD COLUMN pinned boolean NOT NULL DEFAULT false");

export const down = (knex) => knex.schema.raw("ALTER TABLE notes DROP COLUMN pinned");
