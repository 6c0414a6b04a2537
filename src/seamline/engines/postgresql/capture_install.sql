-- Second part of capture: what puts it on tables, and functions made for one table or for all sequences.

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
        json := format('(SELECT row_to_json(_seam_y) FROM (SELECT %s FROM (SELECT (_seam_s.r).*) _seam_x) _seam_y)', c.shown);
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
    trigger_name text;
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
    FOR trigger_name IN SELECT tgname FROM pg_trigger
        WHERE tgrelid = rel AND tgname LIKE 'zz\_seam\_%' AND tgenabled <> 'A'
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.name, trigger_name);
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
