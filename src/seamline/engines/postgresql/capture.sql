-- Row capture and undo inside the database. `capture.py` runs this file; the schema's name is
-- replaced when the system has one of that name.
--
-- Who calls what:
--   the system's statements -> triggers -> log_statement, log_row, log_truncate -> table log
--   the system's DDL        -> event triggers -> log_structure                  -> table structure_change
--   Seamline                -> mark, observe, undo, hold, release
--
-- Whether a row of the log belongs to a window is a matter of snapshots, not of sequence numbers: a
-- transaction may write before a mark and commit after it. What is in the log is since the base, for
-- `mark` and `undo` take away what was visible to the snapshot that they took first.
--
-- `capture_install.sql` has what puts the triggers on tables.
-- Names that the system's statements get to see begin with _seam_: a table may have a column `n`.

CREATE SCHEMA seamline_capture;
COMMENT ON SCHEMA seamline_capture IS 'Row capture of Seamline; removed at the end of a run.';

-- One row per image: `added` tells new images from old ones. `firing` is the same for all images of
-- one UPDATE; its n-th old image and its n-th new one are one row. Text, not JSON: text can be cast
-- back without loss. Emptied often, and vacuumed by us: autovacuum would come too late.
CREATE UNLOGGED TABLE seamline_capture.log (
    seq bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME seamline_capture.log_seq),
    txid xid8 NOT NULL,
    firing bigint NOT NULL,
    relid oid NOT NULL,
    added bool NOT NULL,
    image text NOT NULL
) WITH (autovacuum_enabled = off);

CREATE TABLE seamline_capture.structure_change (tag text NOT NULL);
CREATE TABLE seamline_capture.sequence_base (relid oid, last_value bigint, is_called bool);
-- What `hold` sets aside until `release`.
CREATE UNLOGGED TABLE seamline_capture.held_log (LIKE seamline_capture.log);
CREATE TABLE seamline_capture.held_sequence (LIKE seamline_capture.sequence_base);
CREATE TABLE seamline_capture.relation (relid oid PRIMARY KEY, image text NOT NULL);
CREATE TYPE seamline_capture.image AS (
    relid oid, seq bigint, firing bigint, txid text, added bool, image text
);

-- ---------------------------------------------------------------- what the system's statements run
-- The settings make one text of one value, whatever the session has set.

CREATE FUNCTION seamline_capture.log_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO,YMD' SET intervalstyle = 'postgres'
    SET timezone = 'UTC' SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $f$
#variable_conflict use_variable
DECLARE
    _seam_firing bigint := 0;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        _seam_firing := nextval('seamline_capture.log_seq');
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO seamline_capture.log (txid, firing, relid, added, image)
        SELECT pg_current_xact_id(), _seam_firing, TG_RELID, false, _seam_old::text FROM _seam_old;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO seamline_capture.log (txid, firing, relid, added, image)
        SELECT pg_current_xact_id(), _seam_firing, TG_RELID, true, _seam_new::text FROM _seam_new;
    END IF;
    RETURN NULL;
END $f$;

-- For partitions and inheritance, where a statement's rows may lie in several tables.
CREATE FUNCTION seamline_capture.log_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO,YMD' SET intervalstyle = 'postgres'
    SET timezone = 'UTC' SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $f$
DECLARE
    _seam_firing bigint := 0;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        _seam_firing := nextval('seamline_capture.log_seq');
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO seamline_capture.log (txid, firing, relid, added, image)
        VALUES (pg_current_xact_id(), _seam_firing, TG_RELID, false, OLD::text);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO seamline_capture.log (txid, firing, relid, added, image)
        VALUES (pg_current_xact_id(), _seam_firing, TG_RELID, true, NEW::text);
    END IF;
    RETURN NULL;
END $f$;

CREATE FUNCTION seamline_capture.log_truncate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO,YMD' SET intervalstyle = 'postgres'
    SET timezone = 'UTC' SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $f$
BEGIN
    EXECUTE format(
        'INSERT INTO seamline_capture.log (txid, firing, relid, added, image) '
        'SELECT pg_current_xact_id(), 0, %s, false, %s FROM ONLY %s AS _seam_t',
        TG_RELID, (SELECT image FROM seamline_capture.relation WHERE relid = TG_RELID),
        TG_RELID::regclass);
    RETURN NULL;
END $f$;

-- Temporary tables are the session's own affair, and REINDEX leaves every row as it is.
CREATE FUNCTION seamline_capture.log_structure() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $f$
BEGIN
    IF current_setting('seamline.off', true) = 'on' THEN
        RETURN;
    END IF;
    IF TG_EVENT = 'sql_drop' THEN
        INSERT INTO seamline_capture.structure_change (tag)
        SELECT TG_TAG FROM pg_event_trigger_dropped_objects()
        WHERE original AND NOT is_temporary AND schema_name IS DISTINCT FROM 'pg_temp' LIMIT 1;
    ELSIF TG_TAG NOT LIKE 'DROP %' AND TG_TAG <> 'REINDEX' THEN
        INSERT INTO seamline_capture.structure_change (tag)
        SELECT command_tag FROM pg_event_trigger_ddl_commands()
        WHERE schema_name IS DISTINCT FROM 'pg_temp' LIMIT 1;
    END IF;
END $f$;

-- ------------------------------------------------------------------------------ what Seamline calls

CREATE FUNCTION seamline_capture.open_transactions(OUT pid int, OUT since timestamptz, OUT line text)
RETURNS SETOF record LANGUAGE plpgsql AS $f$
BEGIN
    PERFORM pg_stat_clear_snapshot();
    RETURN QUERY
        SELECT s.pid, s.xact_start, s.state || ', ' || left(regexp_replace(s.query, '\s+', ' ', 'g'), 200)
        FROM pg_stat_get_activity(NULL) AS s
        WHERE s.state NOT IN ('idle', 'disabled') AND s.backend_type = 'client backend'
          AND s.application_name <> 'seamline'
          AND s.datid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
END $f$;

-- Wait until nobody has an open transaction, at most so long; who still has one then.
CREATE FUNCTION seamline_capture.settle(seconds float8) RETURNS text[] LANGUAGE plpgsql AS $f$
DECLARE
    deadline timestamptz := clock_timestamp() + make_interval(secs => seconds);
    pause float8 := 0.0005;
    lines text[];
BEGIN
    LOOP
        SELECT array_agg(t.line ORDER BY t.line) INTO lines FROM seamline_capture.open_transactions() t;
        EXIT WHEN lines IS NULL OR clock_timestamp() >= deadline;
        PERFORM pg_sleep(pause);
        pause := least(pause * 2, 0.005);
    END LOOP;
    RETURN lines;
END $f$;

-- Where structure was changed, capture must be installed anew.
CREATE FUNCTION seamline_capture.mark(OUT upto text, OUT structure text) LANGUAGE plpgsql AS $f$
DECLARE
    until pg_snapshot := pg_current_snapshot();
BEGIN
    upto := until::text;
    structure := seamline_capture.structure();
    IF structure IS NOT NULL THEN
        RETURN;
    END IF;
    DELETE FROM seamline_capture.log l WHERE pg_visible_in_snapshot(l.txid, until);
    DELETE FROM seamline_capture.sequence_base;
    INSERT INTO seamline_capture.sequence_base SELECT * FROM seamline_capture.sequences();
END $f$;

-- Make the present the base until `release`: what was changed so far is set aside, and undone later.
CREATE FUNCTION seamline_capture.hold(OUT upto text) LANGUAGE plpgsql AS $f$
DECLARE
    until pg_snapshot := pg_current_snapshot();
BEGIN
    upto := until::text;
    INSERT INTO seamline_capture.held_log
    SELECT * FROM seamline_capture.log l WHERE pg_visible_in_snapshot(l.txid, until);
    DELETE FROM seamline_capture.log l WHERE pg_visible_in_snapshot(l.txid, until);
    INSERT INTO seamline_capture.held_sequence SELECT * FROM seamline_capture.sequence_base;
    DELETE FROM seamline_capture.sequence_base;
    INSERT INTO seamline_capture.sequence_base SELECT * FROM seamline_capture.sequences();
END $f$;

CREATE FUNCTION seamline_capture.release() RETURNS void LANGUAGE plpgsql AS $f$
BEGIN
    INSERT INTO seamline_capture.log OVERRIDING SYSTEM VALUE SELECT * FROM seamline_capture.held_log;
    DELETE FROM seamline_capture.held_log;
    DELETE FROM seamline_capture.sequence_base;
    INSERT INTO seamline_capture.sequence_base SELECT * FROM seamline_capture.held_sequence;
    DELETE FROM seamline_capture.held_sequence;
END $f$;

-- Use up a value of each sequence, as a transaction does that is rolled back; one at its end stays there.
CREATE FUNCTION seamline_capture.skip() RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
    rel oid;
BEGIN
    FOR rel IN SELECT b.relid FROM seamline_capture.sequence_base b
    LOOP
        BEGIN
            PERFORM nextval(rel::regclass);
        EXCEPTION WHEN sequence_generator_limit_exceeded THEN
            NULL;
        END;
    END LOOP;
END $f$;

-- First row: where the window ends, who is still open, which DDL ran. Then its images, in no order.
CREATE FUNCTION seamline_capture.observe(since pg_snapshot, seconds float8,
    OUT upto text, OUT still_open text[], OUT structure text, OUT img seamline_capture.image)
RETURNS SETOF record LANGUAGE plpgsql AS $f$
DECLARE
    rel oid;
    until pg_snapshot;
BEGIN
    still_open := seamline_capture.settle(seconds);
    until := pg_current_snapshot();
    upto := until::text;
    structure := seamline_capture.structure();
    RETURN NEXT;
    FOR rel IN SELECT DISTINCT l.relid FROM seamline_capture.log l
        WHERE NOT pg_visible_in_snapshot(l.txid, since) AND pg_visible_in_snapshot(l.txid, until)
    LOOP
        BEGIN
            RETURN QUERY EXECUTE format('SELECT NULL::text, NULL::text[], NULL::text, i FROM '
                'seamline_capture.images_%s($1, $2) i', rel) USING since, until;
        EXCEPTION WHEN OTHERS THEN  -- a table that DDL has changed or dropped
            IF structure IS NULL THEN
                RAISE;
            END IF;
        END;
    END LOOP;
END $f$;

-- End what the system left open: transactions that are the same after a moment.
CREATE FUNCTION seamline_capture.end_open() RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
    seen text[];
BEGIN
    SELECT array_agg(t.pid || ' ' || t.since) INTO seen FROM seamline_capture.open_transactions() t;
    IF seen IS NULL OR seamline_capture.settle(0.1) IS NULL THEN
        RETURN;
    END IF;
    PERFORM pg_terminate_backend(t.pid, 5000) FROM seamline_capture.open_transactions() t
    WHERE t.pid || ' ' || t.since = ANY (seen);
    PERFORM seamline_capture.settle(0.1);
END $f$;

-- Per table and image: as many as were added too many are taken away, as many as are missing are
-- put in. The order of writing does not matter, rows without a key need none, and there and back
-- again is nothing.
CREATE FUNCTION seamline_capture.undo(OUT upto text, OUT touched bigint, OUT logged bigint)
LANGUAGE plpgsql AS $f$
DECLARE
    until pg_snapshot;
    rel oid;
    surplus text[];
    missing text[];
    n bigint;
    tag text;
BEGIN
    PERFORM seamline_capture.end_open();
    until := pg_current_snapshot();
    upto := until::text;
    touched := 0;
    tag := seamline_capture.structure();
    IF tag IS NOT NULL THEN
        RAISE EXCEPTION 'the structure was changed (%)', tag USING ERRCODE = 'SE001';
    END IF;
    FOR rel IN SELECT DISTINCT l.relid FROM seamline_capture.log l WHERE pg_visible_in_snapshot(l.txid, until)
    LOOP
        SELECT array_agg(net.image) FILTER (WHERE net.n > 0), array_agg(net.image) FILTER (WHERE net.n < 0)
        INTO surplus, missing
        FROM (SELECT l.image, sum(CASE WHEN l.added THEN 1 ELSE -1 END) AS n FROM seamline_capture.log l
              WHERE l.relid = rel AND pg_visible_in_snapshot(l.txid, until)
              GROUP BY l.image) AS net, generate_series(1, abs(net.n));
        IF surplus IS NOT NULL OR missing IS NOT NULL THEN
            EXECUTE format('SELECT seamline_capture.undo_%s($1, $2)', rel) INTO n USING surplus, missing;
            touched := touched + n;
        END IF;
    END LOOP;
    PERFORM setval(b.relid::regclass, b.last_value, b.is_called)
    FROM seamline_capture.sequence_base b JOIN seamline_capture.sequences() s USING (relid)
    WHERE (s.last_value, s.is_called) IS DISTINCT FROM (b.last_value, b.is_called);
    DELETE FROM seamline_capture.log l WHERE pg_visible_in_snapshot(l.txid, until);
    GET DIAGNOSTICS logged = ROW_COUNT;
END $f$;
