-- One of each thing that the cases read, change and delete. All are rows of one table, told apart by
-- resource_name and parent_id; the trigger fills last_modified, which is unique among siblings.
INSERT INTO objects (id, parent_id, resource_name, last_modified, data, deleted) VALUES
  ('shelf', '', 'bucket', '2026-01-01 00:00:01', '{"color": "red"}', false),
  ('attic', '', 'bucket', '2026-01-01 00:00:02', '{}', false),
  ('books', '/buckets/shelf', 'collection', '2026-01-01 00:00:01', '{"sort": "-year"}', false),
  ('films', '/buckets/shelf', 'collection', '2026-01-01 00:00:02', '{}', false),
  ('staff', '/buckets/shelf', 'group', '2026-01-01 00:00:01', '{"members": ["account:guest"]}', false),
  ('emma', '/buckets/shelf/collections/books', 'record', '2026-01-01 00:00:01', '{"title": "Emma", "year": 1815}', false),
  ('ulysses', '/buckets/shelf/collections/books', 'record', '2026-01-01 00:00:02', '{"title": "Ulysses", "year": 1922}', false),
  ('metropolis', '/buckets/shelf/collections/films', 'record', '2026-01-01 00:00:01', '{"title": "Metropolis"}', false);

INSERT INTO access_control_entries (object_id, permission, principal) VALUES
  ('/buckets/shelf', 'write', 'account:admin'),
  ('/buckets/attic', 'write', 'account:admin'),
  ('/buckets/shelf', 'read', '/buckets/shelf/groups/staff');
INSERT INTO user_principals (user_id, principal) VALUES
  ('account:guest', '/buckets/shelf/groups/staff');

-- As it is behind a first read of each list: without these rows the first request locks the list.
INSERT INTO timestamps (parent_id, resource_name, last_modified) VALUES
  ('', 'bucket', '2026-01-01 00:00:02'),
  ('/buckets/shelf', 'collection', '2026-01-01 00:00:02'),
  ('/buckets/shelf', 'group', '2026-01-01 00:00:01'),
  ('/buckets/shelf/collections/books', 'record', '2026-01-01 00:00:02'),
  ('/buckets/shelf/collections/films', 'record', '2026-01-01 00:00:01');
