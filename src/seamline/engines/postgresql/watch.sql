-- What migrations do while they run, told by event triggers and by a trigger per table: for each statement
-- the locks that its transaction holds by then, the rows that it read in full scans or wrote, the tables
-- that it rewrote. Only what stood before (`known`) is looked at. The state between the start and the end
-- of a statement is kept in settings: a row written at the start would give it a transaction id, and
-- DROP INDEX CONCURRENTLY wants to be the first to have one.

CREATE SCHEMA seamline_watch;
COMMENT ON SCHEMA seamline_watch IS 'Row capture of Seamline; removed at the end of a run.';
GRANT USAGE ON SCHEMA seamline_watch TO PUBLIC;

CREATE UNLOGGED TABLE seamline_watch.known (oid oid PRIMARY KEY, name text NOT NULL);
CREATE UNLOGGED TABLE seamline_watch.log (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, transaction text NOT NULL, kind text NOT NULL,
    statement text NOT NULL, started float8 NOT NULL, ended float8 NOT NULL,
    begun float8 NOT NULL, had jsonb NOT NULL, held jsonb NOT NULL,
    read jsonb NOT NULL, written jsonb NOT NULL, rewritten jsonb NOT NULL
);

CREATE FUNCTION seamline_watch.now_ms() RETURNS float8 LANGUAGE sql
    AS $f$ SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 $f$;

-- The connection's locks on known tables: {name: [mode, …]}.
CREATE FUNCTION seamline_watch.holds() RETURNS jsonb LANGUAGE sql AS $f$
    SELECT coalesce(jsonb_object_agg(h.name, h.modes), '{}') FROM (
        SELECT k.name, jsonb_agg(DISTINCT l.mode) AS modes
        FROM pg_locks l JOIN seamline_watch.known k ON k.oid = l.relation
        WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted
          AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
        GROUP BY k.name) h
$f$;

-- Rows read so far by full scans of known tables, by oid; the counters are the connection's own.
CREATE FUNCTION seamline_watch.read_so_far() RETURNS jsonb LANGUAGE sql AS $f$
    SELECT coalesce(jsonb_object_agg(k.oid, pg_stat_get_xact_tuples_returned(k.oid))
        FILTER (WHERE pg_stat_get_xact_tuples_returned(k.oid) > 0), '{}') FROM seamline_watch.known k
$f$;

CREATE FUNCTION seamline_watch.begin_statement() RETURNS text LANGUAGE sql AS $f$
    SELECT concat(set_config('seamline.started', seamline_watch.now_ms()::text, false),
                  set_config('seamline.read', seamline_watch.read_so_far()::text, false),
                  set_config('seamline.had', seamline_watch.holds()::text, false),
                  set_config('seamline.rewritten', '[]', false))
$f$;

CREATE FUNCTION seamline_watch.end_statement(kind text, written jsonb) RETURNS void LANGUAGE sql AS $f$
    INSERT INTO seamline_watch.log
        (transaction, kind, statement, started, ended, begun, had, held, read, written, rewritten)
    SELECT coalesce(pg_current_xact_id_if_assigned()::text, ''), kind, coalesce(current_query(), ''),
        coalesce(nullif(current_setting('seamline.started', true), '')::float8, seamline_watch.now_ms()),
        seamline_watch.now_ms(), extract(epoch FROM transaction_timestamp())::float8 * 1000,
        coalesce(nullif(current_setting('seamline.had', true), ''), '{}')::jsonb, seamline_watch.holds(),
        (SELECT coalesce(jsonb_object_agg(k.name, r.rows), '{}') FROM (
            SELECT n.key::oid AS oid, n.value::bigint - coalesce((w.was ->> n.key)::bigint, 0) AS rows
            FROM jsonb_each_text(seamline_watch.read_so_far()) n
            CROSS JOIN (SELECT coalesce(nullif(current_setting('seamline.read', true), ''), '{}')::jsonb AS was) w
            ) r JOIN seamline_watch.known k ON k.oid = r.oid WHERE r.rows > 0),
        written, coalesce(nullif(current_setting('seamline.rewritten', true), ''), '[]')::jsonb
$f$;

-- Locks that no statement has told of are there at the end: who runs a transaction may say this last.
CREATE FUNCTION seamline_watch.last_words() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
    PERFORM pg_current_xact_id();
    PERFORM seamline_watch.begin_statement();
    PERFORM seamline_watch.end_statement('COMMIT', '{}');
END $f$;

CREATE FUNCTION seamline_watch.on_start() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
    -- Processes that help to build an index count for themselves what they read.
    PERFORM set_config('max_parallel_maintenance_workers', '0', false);
    PERFORM seamline_watch.begin_statement();
END $f$;

CREATE FUNCTION seamline_watch.on_end() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $f$
BEGIN
    PERFORM seamline_watch.end_statement(TG_TAG, '{}');
END $f$;

CREATE FUNCTION seamline_watch.on_rewrite() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
    named text := (SELECT k.name FROM seamline_watch.known k WHERE k.oid = pg_event_trigger_table_rewrite_oid());
    others jsonb := coalesce(nullif(current_setting('seamline.rewritten', true), ''), '[]')::jsonb;
BEGIN
    IF named IS NOT NULL THEN
        PERFORM set_config('seamline.rewritten', (others || to_jsonb(named))::text, false);
    END IF;
END $f$;

CREATE FUNCTION seamline_watch.on_rows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $f$
DECLARE
    so_far bigint := pg_stat_get_xact_tuples_updated(TG_RELID) + pg_stat_get_xact_tuples_deleted(TG_RELID);
    named text;
BEGIN
    IF TG_WHEN = 'BEFORE' THEN
        PERFORM seamline_watch.begin_statement(), set_config('seamline.written', so_far::text, false);
        RETURN NULL;
    END IF;
    named := (SELECT k.name FROM seamline_watch.known k WHERE k.oid = TG_RELID);
    IF named IS NOT NULL THEN
        PERFORM seamline_watch.end_statement(TG_OP,
            jsonb_build_object(named, so_far - coalesce(nullif(current_setting('seamline.written', true), '')::bigint, so_far)));
    END IF;
    RETURN NULL;
END $f$;

-- All tables that stand now are known; those that are not watched yet are watched. What is inserted is none of
-- our business but where a tool notes that it has applied a revision: by then all its locks are held.
CREATE FUNCTION seamline_watch.know(bookkeeping text[]) RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
    one record;
BEGIN
    TRUNCATE seamline_watch.known;
    INSERT INTO seamline_watch.known
    SELECT c.oid, CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
      AND n.nspname NOT IN ('information_schema', 'seamline_watch');
    FOR one IN SELECT c.oid::regclass AS sql,
            CASE WHEN lower(c.relname) = ANY (bookkeeping) THEN 'INSERT OR ' ELSE '' END || 'UPDATE OR DELETE' AS events
        FROM seamline_watch.known k JOIN pg_class c USING (oid)
        WHERE c.relkind IN ('r', 'p')
          AND NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'zz_seam_after')
    LOOP
        EXECUTE format('CREATE TRIGGER zz_seam_before BEFORE %s ON %s'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION seamline_watch.on_rows()', one.events, one.sql);
        EXECUTE format('CREATE TRIGGER zz_seam_after AFTER %s ON %s'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION seamline_watch.on_rows()', one.events, one.sql);
    END LOOP;
    TRUNCATE seamline_watch.log;  -- last: to make a trigger is a statement, too
END $f$;

-- How a table's rows are said again, so that they can be multiplied: columns, and expressions over a row
-- `s` and a number `g`. A column of a unique key becomes another value by its type, where it refers to no
-- other table. NULL where some unique key would be broken.
CREATE FUNCTION seamline_watch.copied(rel oid, OUT columns text, OUT expressions text) LANGUAGE sql AS $f$
    WITH col AS (
        SELECT a.attnum, a.attname, a.atttypmod,
            coalesce(nullif(t.typbasetype, 0), t.oid) AS base, t.oid AS typ,
            a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false) AS counts,
            EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = rel AND f.contype = 'f' AND a.attnum = ANY (f.conkey)) AS refers
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = rel AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ), said AS (
        SELECT c.*, CASE
            WHEN c.refers THEN NULL
            WHEN c.base IN ('int4'::regtype, 'int8'::regtype)
                THEN format('(s.%1$I + g * (SELECT 1 + max(m.%1$I) - min(m.%1$I) FROM %2$s m))', c.attname, rel::regclass)
            WHEN c.base = 'uuid'::regtype THEN format('md5(s.%I::text || g)::uuid', c.attname)
            WHEN c.base IN ('timestamp'::regtype, 'timestamptz'::regtype)
                THEN format('s.%I + g * interval ''1 second''', c.attname)
            WHEN c.base IN ('text'::regtype, 'varchar'::regtype) AND (c.atttypmod < 0 OR c.atttypmod >= 20)
                THEN CASE WHEN c.atttypmod < 0 THEN format('g || ''-'' || s.%I', c.attname)
                     ELSE format('left(s.%1$I, %2$s) || g', c.attname, c.atttypmod - 4 - 8) END
            END AS other
        FROM col c
    ), key AS (
        SELECT i.indexrelid, min(s.attnum) FILTER (WHERE s.counts OR s.other IS NOT NULL) AS varied
        FROM pg_index i
        JOIN LATERAL (SELECT unnest(i.indkey::int2[])::int AS num
                      UNION SELECT p.refobjsubid FROM pg_depend p
                      WHERE p.classid = 'pg_class'::regclass AND p.objid = i.indexrelid AND p.refobjid = rel AND p.refobjsubid > 0) u ON true
        LEFT JOIN said s ON s.attnum = u.num
        WHERE i.indrelid = rel AND (i.indisunique OR i.indisexclusion)
        GROUP BY i.indexrelid
    )
    SELECT string_agg(format('%I', s.attname), ', ' ORDER BY s.attnum),
        string_agg(CASE WHEN s.attnum IN (SELECT k.varied FROM key k) THEN s.other
                   ELSE format('s.%I', s.attname) END, ', ' ORDER BY s.attnum)
    FROM said s
    WHERE NOT s.counts AND NOT EXISTS (SELECT FROM key k WHERE k.varied IS NULL)
$f$;

CREATE EVENT TRIGGER zz_seam_start ON ddl_command_start EXECUTE FUNCTION seamline_watch.on_start();
CREATE EVENT TRIGGER zz_seam_end ON ddl_command_end EXECUTE FUNCTION seamline_watch.on_end();
CREATE EVENT TRIGGER zz_seam_rewrite ON table_rewrite EXECUTE FUNCTION seamline_watch.on_rewrite();
