-- Row capture and undo inside the database. `capture.py` runs this file; the schema's name is
-- replaced when the system has one of that name.
--
-- Who calls what:
--   the system's statements -> triggers -> log_statement, log_row, log_truncate -> table log
--   the system's DDL        -> event triggers -> log_structure                  -> table structure_change
--   Seamline                -> mark, observe, undo
--
-- Whether a row of the log belongs to a window is a matter of snapshots, not of sequence numbers: a
-- transaction may write before a mark and commit after it. The rows that are left in the log are
-- those since the base, for `mark` and `undo` take away what was visible to the snapshot that they
-- took first.
--
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
) WITH (autovacuum_enabled = off, vacuum_truncate = off);

CREATE TABLE seamline_capture.structure_change (tag text NOT NULL);
CREATE TABLE seamline_capture.sequence_base (relid oid, last_value bigint, is_called bool);
CREATE TABLE seamline_capture.relation (relid oid PRIMARY KEY, image text NOT NULL);
CREATE TYPE seamline_capture.image AS (
    relid oid, seq bigint, firing bigint, txid text, added bool, image text
);

-- ---------------------------------------------------------------- what the system's statements run
-- The settings make one text of one value, whatever the session has set.

CREATE FUNCTION seamline_capture.log_statement() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog SET datestyle = 'ISO,YMD' SET intervalstyle = 'postgres'
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
    SET search_path = pg_catalog SET datestyle = 'ISO,YMD' SET intervalstyle = 'postgres'
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
    SET search_path = pg_catalog SET datestyle = 'ISO,YMD' SET intervalstyle = 'postgres'
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
    SET search_path = pg_catalog
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

-- --------------------------------------------------------------------------------- installation

-- The columns of the best unique key (primary first) as a comparison of `_seam_t` with `(_seam_s.r)`,
-- NULL where there is none. Operators by schema: a type of an extension has its own `=`.
CREATE FUNCTION seamline_capture.key_comparison(rel oid) RETURNS text LANGUAGE sql AS $f$
    SELECT string_agg(format('_seam_t.%I OPERATOR(%I.%s) (_seam_s.r).%I',
                             a.attname, n.nspname, o.oprname, a.attname), ' AND ')
    FROM (
        SELECT i.* FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
        WHERE i.indrelid = rel AND i.indisunique AND i.indisvalid
          AND i.indpred IS NULL AND i.indexprs IS NULL
          AND NOT EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = rel
                          AND x.attnum = ANY (i.indkey::int2[]) AND NOT x.attnotnull)
        ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1
    ) i
    CROSS JOIN generate_series(0, i.indnkeyatts - 1) AS k
    JOIN pg_attribute a ON a.attrelid = rel AND a.attnum = i.indkey[k]
    JOIN pg_opclass p ON p.oid = i.indclass[k]
    JOIN pg_amop s ON s.amopfamily = p.opcfamily AND s.amopstrategy = 3
        AND s.amoplefttype = p.opcintype AND s.amoprighttype = p.opcintype
    JOIN pg_operator o ON o.oid = s.amopopr
    JOIN pg_namespace n ON n.oid = o.oprnamespace
$f$;

-- Columns of `rel` in three spellings. Virtual columns (18) are NULL in what triggers see, so they
-- are NULL in images too, and computed when an image is shown.
CREATE FUNCTION seamline_capture.columns_of(rel oid,
    OUT has_virtual bool, OUT image text, OUT shown text, OUT stored text, OUT put text)
LANGUAGE sql AS $f$
    SELECT coalesce(bool_or(a.attgenerated = 'v'), false),
        string_agg(CASE WHEN a.attgenerated = 'v' THEN 'NULL' ELSE format('_seam_t.%I', a.attname) END,
                   ', ' ORDER BY a.attnum),
        string_agg(CASE WHEN a.attgenerated = 'v'
                        THEN format('%s AS %I', pg_get_expr(d.adbin, d.adrelid), a.attname)
                        ELSE format('%I', a.attname) END, ', ' ORDER BY a.attnum),
        string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attgenerated = ''),
        string_agg(format('(_seam_s.r).%I', a.attname), ', ' ORDER BY a.attnum)
            FILTER (WHERE a.attgenerated = '')
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = rel AND a.attnum > 0 AND NOT a.attisdropped
$f$;

-- Functions made for one table, so that their plans are kept: images as JSON, and undo.
CREATE FUNCTION seamline_capture.build(rel oid) RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
    c record := seamline_capture.columns_of(rel);
    name text := rel::regclass::text;
    key text := seamline_capture.key_comparison(rel);
    image text := '_seam_t::text';
    json text := 'row_to_json(_seam_s.r)';
BEGIN
    IF c.has_virtual THEN
        image := format('ROW(%s)::%s::text', c.image, name);
        json := format('(SELECT row_to_json(y) FROM (SELECT %s FROM (SELECT (_seam_s.r).*) x) y)', c.shown);
    END IF;
    INSERT INTO seamline_capture.relation VALUES (rel, image);
    EXECUTE format($q$
        CREATE FUNCTION seamline_capture.images_%1$s(pg_snapshot, pg_snapshot)
        RETURNS SETOF seamline_capture.image LANGUAGE plpgsql AS $b$ BEGIN RETURN QUERY
        SELECT _seam_s.relid, _seam_s.seq, _seam_s.firing, _seam_s.txid::text, _seam_s.added, %3$s::text
        FROM (SELECT l.*, l.image::%2$s AS r FROM seamline_capture.log l WHERE l.relid = %1$s
              AND NOT pg_visible_in_snapshot(l.txid, $1) AND pg_visible_in_snapshot(l.txid, $2)
              OFFSET 0) _seam_s; END $b$ $q$, rel, name, json);
    EXECUTE format($q$
        CREATE FUNCTION seamline_capture.undo_%1$s(text[], text[]) RETURNS bigint LANGUAGE plpgsql
        SET enable_seqscan = %6$s SET enable_hashjoin = %6$s SET enable_mergejoin = %6$s
        AS $b$ DECLARE _seam_n bigint; BEGIN
        IF $1 IS NOT NULL THEN
            DELETE FROM ONLY %2$s AS _seam_t %3$s;
            GET DIAGNOSTICS _seam_n = ROW_COUNT;
            IF _seam_n <> cardinality($1) THEN
                RAISE EXCEPTION 'of %% rows of %% to take away, %% were found', cardinality($1), %2$L, _seam_n
                    USING ERRCODE = 'SE002';
            END IF;
        END IF;
        IF $2 IS NOT NULL THEN
            INSERT INTO %2$s (%4$s) OVERRIDING SYSTEM VALUE SELECT %5$s
            FROM (SELECT _seam_i::%2$s AS r FROM unnest($2) AS _seam_i OFFSET 0) AS _seam_s;
        END IF;
        RETURN coalesce(cardinality($1), 0) + coalesce(cardinality($2), 0); END $b$ $q$,
        rel, name,
        CASE WHEN key IS NOT NULL THEN format(
            'USING (SELECT _seam_i::%s AS r FROM unnest($1) AS _seam_i OFFSET 0) AS _seam_s WHERE %s', name, key)
        ELSE format(  -- no key: as many rows of that text as there are too many
            'WHERE ctid = ANY (ARRAY(SELECT z.id FROM (SELECT _seam_t.ctid AS id, s.n, row_number() OVER '
            '(PARTITION BY s.i) AS k FROM ONLY %s AS _seam_t JOIN (SELECT i, count(*) AS n FROM unnest($1) AS i '
            'GROUP BY i) s ON s.i = %s) z WHERE z.k <= z.n))', name, image) END,
        c.stored, c.put, CASE WHEN key IS NULL THEN 'on' ELSE 'off' END);
END $f$;

-- Triggers of one table. They fire whatever session_replication_role the system sets, but not for
-- what Seamline writes.
CREATE FUNCTION seamline_capture.attach(rel oid) RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
    t record;
    name text;
    by_row bool;
    head text := 'CREATE TRIGGER zz_seam_%s %s ON %s %s '
        'WHEN (pg_catalog.current_setting(''seamline.off'', true) IS DISTINCT FROM ''on'') '
        'EXECUTE FUNCTION seamline_capture.%s()';
BEGIN
    SELECT rel::regclass::text AS name, relkind, relispartition INTO t FROM pg_class WHERE oid = rel;
    by_row := t.relkind = 'p'
        OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = rel OR inhparent = rel);
    IF NOT by_row THEN
        EXECUTE format(head, 'insert', 'AFTER INSERT', t.name,
            'REFERENCING NEW TABLE AS _seam_new FOR EACH STATEMENT', 'log_statement');
        EXECUTE format(head, 'update', 'AFTER UPDATE', t.name,
            'REFERENCING OLD TABLE AS _seam_old NEW TABLE AS _seam_new FOR EACH STATEMENT', 'log_statement');
        EXECUTE format(head, 'delete', 'AFTER DELETE', t.name,
            'REFERENCING OLD TABLE AS _seam_old FOR EACH STATEMENT', 'log_statement');
    ELSIF NOT t.relispartition THEN  -- partitions get their root's
        EXECUTE format(head, 'row', 'AFTER INSERT OR UPDATE OR DELETE', t.name, 'FOR EACH ROW', 'log_row');
    END IF;
    IF t.relkind = 'r' THEN
        EXECUTE format(head, 'truncate', 'BEFORE TRUNCATE', t.name, 'FOR EACH STATEMENT', 'log_truncate');
        PERFORM seamline_capture.build(rel);
    END IF;
    FOR name IN SELECT tgname FROM pg_trigger
        WHERE tgrelid = rel AND tgname LIKE 'zz\_seam\_%' AND tgenabled <> 'A'
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.name, name);
    END LOOP;
END $f$;

-- All sequences in one query whose plan is kept.
CREATE FUNCTION seamline_capture.build_sequences() RETURNS void LANGUAGE plpgsql AS $f$
DECLARE
    query text;
BEGIN
    SELECT string_agg(format('SELECT %s::oid, last_value, is_called FROM %s', c.oid, c.oid::regclass),
                      ' UNION ALL ' ORDER BY c.oid) INTO query
    FROM pg_class c WHERE c.relkind = 'S' AND c.relpersistence <> 't'
      AND c.relnamespace <> 'seamline_capture'::regnamespace;
    EXECUTE format(
        'CREATE FUNCTION seamline_capture.sequences() RETURNS SETOF seamline_capture.sequence_base '
        'LANGUAGE plpgsql AS $b$ BEGIN RETURN QUERY %s; END $b$',
        coalesce(query, 'SELECT NULL::oid, NULL::bigint, NULL::bool WHERE false'));
END $f$;

-- A digest of tables and columns, for a role that may not make event triggers.
CREATE FUNCTION seamline_capture.digest() RETURNS text LANGUAGE sql AS $f$
    SELECT md5(string_agg(concat_ws(' ', c.oid, c.relname, c.relkind, a.attname, a.atttypid, a.atttypmod,
                                    a.attnotnull, a.attisdropped), ',' ORDER BY c.oid, a.attnum))
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relpersistence <> 't' AND c.relnamespace <> 'seamline_capture'::regnamespace
      AND c.relkind IN ('r', 'p', 'S', 'm', 'v', 'i')
$f$;

CREATE FUNCTION seamline_capture.build_structure() RETURNS bool LANGUAGE plpgsql AS $f$
DECLARE
    body text := 'SELECT string_agg(DISTINCT tag, '', '' ORDER BY tag) FROM seamline_capture.structure_change';
    watched bool := (SELECT rolsuper FROM pg_roles WHERE rolname = current_user);
BEGIN
    IF watched THEN
        CREATE EVENT TRIGGER zz_seam_command ON ddl_command_end EXECUTE FUNCTION seamline_capture.log_structure();
        CREATE EVENT TRIGGER zz_seam_drop ON sql_drop EXECUTE FUNCTION seamline_capture.log_structure();
        ALTER EVENT TRIGGER zz_seam_command ENABLE ALWAYS;
        ALTER EVENT TRIGGER zz_seam_drop ENABLE ALWAYS;
    ELSE
        body := format('SELECT CASE WHEN seamline_capture.digest() <> %L THEN ''DDL'' END',
                       seamline_capture.digest());
    END IF;
    EXECUTE format('CREATE FUNCTION seamline_capture.structure() RETURNS text LANGUAGE plpgsql AS '
                   '$b$ BEGIN RETURN (%s); END $b$', body);
    RETURN watched;
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

CREATE FUNCTION seamline_capture.mark() RETURNS text LANGUAGE plpgsql AS $f$
DECLARE
    upto pg_snapshot := pg_current_snapshot();
BEGIN
    DELETE FROM seamline_capture.log l WHERE pg_visible_in_snapshot(l.txid, upto);
    DELETE FROM seamline_capture.sequence_base;
    INSERT INTO seamline_capture.sequence_base SELECT * FROM seamline_capture.sequences();
    RETURN upto::text;
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
