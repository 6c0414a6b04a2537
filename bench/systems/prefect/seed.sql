-- One of each thing that the cases read, change and delete. The flow has a run with its state, so that
-- deleting it has something to cascade to; the pool has its default queue, as Prefect itself makes it.
INSERT INTO flow (id, name, tags, labels) VALUES
  ('a1000000-0000-4000-8000-000000000001', 'nightly-import', '["etl"]', '{"team": "data"}'),
  ('a1000000-0000-4000-8000-000000000002', 'weekly-report', '[]', NULL);

INSERT INTO flow_run (id, name, flow_id, expected_start_time, start_time, end_time) VALUES
  ('a2000000-0000-4000-8000-000000000001', 'brave-otter', 'a1000000-0000-4000-8000-000000000001',
   '2026-01-01 06:00:00+00', '2026-01-01 06:00:01+00', '2026-01-01 06:00:09+00'),
  ('a2000000-0000-4000-8000-000000000002', 'calm-heron', 'a1000000-0000-4000-8000-000000000002',
   '2026-01-02 06:00:00+00', '2026-01-02 06:00:01+00', '2026-01-02 06:00:09+00');
INSERT INTO flow_run_state (id, type, name, flow_run_id) VALUES
  ('a3000000-0000-4000-8000-000000000001', 'COMPLETED', 'Completed', 'a2000000-0000-4000-8000-000000000001'),
  ('a3000000-0000-4000-8000-000000000002', 'COMPLETED', 'Completed', 'a2000000-0000-4000-8000-000000000002');
UPDATE flow_run SET state_id = s.id, state_type = s.type, state_name = s.name, state_timestamp = s.timestamp
  FROM flow_run_state s WHERE s.flow_run_id = flow_run.id;

INSERT INTO variable (id, name, value, tags) VALUES
  ('b1000000-0000-4000-8000-000000000001', 'warehouse', '"s3://warehouse"', '["prod"]'),
  ('b1000000-0000-4000-8000-000000000002', 'retries', '3', '[]');

INSERT INTO work_pool (id, name, type) VALUES
  ('c1000000-0000-4000-8000-000000000001', 'laptops', 'process'),
  ('c1000000-0000-4000-8000-000000000002', 'cluster', 'process');
INSERT INTO work_queue (id, name, priority, work_pool_id) VALUES
  ('c2000000-0000-4000-8000-000000000001', 'default', 1, 'c1000000-0000-4000-8000-000000000001'),
  ('c2000000-0000-4000-8000-000000000002', 'default', 1, 'c1000000-0000-4000-8000-000000000002'),
  ('c2000000-0000-4000-8000-000000000003', 'urgent', 2, 'c1000000-0000-4000-8000-000000000002');
UPDATE work_pool SET default_queue_id = q.id FROM work_queue q
  WHERE q.work_pool_id = work_pool.id AND q.name = 'default';
