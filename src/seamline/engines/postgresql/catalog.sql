-- Everything that a database says of its tables, as one JSON text; where `only` is an array, of those of that name.

WITH RECURSIVE rel AS (
    SELECT c.oid, c.relispartition, c.relkind = 'p' AS partitioned, CASE WHEN n.nspname = 'public' THEN c.relname::text
               ELSE n.nspname || '.' || c.relname END AS name,
           quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS sql
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema'
      AND obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM 'Row capture of Seamline; removed at the end of a run.'
      AND NOT (n.nspname = 'seamline' AND c.relname = 'mark_of_test_database')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                      AND d.objid = c.oid AND d.deptype = 'e')
), own AS (
    SELECT * FROM rel WHERE %(only)s::text[] IS NULL OR name = ANY (%(only)s::text[])
), domain AS (  -- each domain with the types under it, down to the base
    SELECT t.oid AS top, t.oid, t.typbasetype AS base, t.typtypmod AS typmod, t.typnotnull,
           pg_get_expr(t.typdefaultbin, 0) AS preset, 0 AS depth
    FROM pg_type t WHERE t.typtype = 'd'
    UNION ALL
    SELECT d.top, t.oid, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE d.typmod END,
           t.typnotnull, coalesce(d.preset, pg_get_expr(t.typdefaultbin, 0)), d.depth + 1
    FROM domain d JOIN pg_type t ON t.oid = d.base WHERE t.typtype = 'd'
), resolved AS (
    SELECT top, (array_agg(base ORDER BY depth DESC))[1] AS base,
           (array_agg(typmod ORDER BY depth DESC))[1] AS typmod,
           (array_agg(preset ORDER BY depth DESC))[1] AS preset, bool_or(typnotnull) AS not_null
    FROM domain GROUP BY top
), label AS (
    SELECT enumtypid, json_agg(enumlabel ORDER BY enumsortorder) AS labels FROM pg_enum GROUP BY 1
), col AS (
    SELECT a.attrelid, a.attnum, a.attname, json_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'base', format_type(coalesce(r.base, a.atttypid), NULL),
        'nullable', NOT (a.attnotnull OR coalesce(r.not_null, false)),
        'default', CASE WHEN a.attgenerated = '' THEN coalesce(pg_get_expr(d.adbin, d.adrelid), r.preset) END,
        'identity', a.attidentity <> '', 'generated', a.attgenerated <> '',
        'max_length', CASE WHEN coalesce(r.base, a.atttypid) IN ('varchar'::regtype, 'bpchar'::regtype)
            AND coalesce(nullif(a.atttypmod, -1), r.typmod, -1) > 4
            THEN coalesce(nullif(a.atttypmod, -1), r.typmod) - 4 END,
        'by_bytes', coalesce(o.collisdeterministic, true),
        'enum', coalesce(l.labels, '[]')) AS doc
    FROM own rel JOIN pg_attribute a ON a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN resolved r ON r.top = a.atttypid
    LEFT JOIN pg_collation o ON o.oid = a.attcollation
    LEFT JOIN label l ON l.enumtypid = coalesce(r.base, a.atttypid)
), uniq AS (
    SELECT i.indrelid, i.indisprimary, x.relname, c.names, json_build_object(
        'name', x.relname, 'columns', c.names, 'primary', i.indisprimary,
        'predicate', pg_get_expr(i.indpred, i.indrelid),
        'plain', i.indexprs IS NULL AND NOT i.indisexclusion,
        'valid', i.indisvalid AND i.indisready, 'nulls_distinct', NOT i.indnullsnotdistinct,
        'expressions', c.expressions) AS doc
    FROM own rel JOIN pg_index i ON i.indrelid = rel.oid AND i.indisunique
    JOIN pg_class x ON x.oid = i.indexrelid
    CROSS JOIN LATERAL (
        SELECT coalesce(json_agg(a.attname ORDER BY k) FILTER (WHERE a.attnum <> 0), '[]') AS names,
            coalesce(json_agg(pg_get_indexdef(i.indexrelid, k + 1, true) ORDER BY k)
                FILTER (WHERE i.indkey[k] = 0), '[]') AS expressions
        FROM generate_series(0, i.indnkeyatts - 1) AS k
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k]
            AND a.attnum <> 0) c
), excl AS (
    SELECT x.conrelid, x.conname, json_build_object('name', x.conname, 'columns', c.names,
        'operators', c.operators, 'expressions', c.expressions,
        'predicate', pg_get_expr(i.indpred, i.indrelid)) AS doc
    FROM own rel JOIN pg_constraint x ON x.conrelid = rel.oid AND x.contype = 'x'
    JOIN pg_index i ON i.indexrelid = x.conindid
    CROSS JOIN LATERAL (
        SELECT coalesce(json_agg(a.attname ORDER BY k) FILTER (WHERE a.attnum <> 0), '[]') AS names,
            json_agg(o.oprname ORDER BY k) AS operators,
            coalesce(json_agg(pg_get_indexdef(i.indexrelid, k + 1, true) ORDER BY k)
                FILTER (WHERE i.indkey[k] = 0), '[]') AS expressions
        FROM generate_series(0, i.indnkeyatts - 1) AS k
        JOIN pg_operator o ON o.oid = x.conexclop[k + 1]
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k]
            AND a.attnum <> 0) c
), fk AS (
    SELECT f.conrelid, f.conname, json_build_object(
        'name', f.conname, 'table', target.name, 'columns', own.names, 'to', other.names,
        'on_delete', CASE f.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
            WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' ELSE 'set default' END,
        'validated', f.convalidated, 'deferrable', f.condeferrable,
        'match_full', f.confmatchtype = 'f') AS doc
    FROM own rel JOIN pg_constraint f ON f.conrelid = rel.oid AND f.contype = 'f'
    JOIN rel target ON target.oid = f.confrelid
    LEFT JOIN pg_constraint parent ON parent.oid = f.conparentid
    CROSS JOIN LATERAL (SELECT json_agg(a.attname ORDER BY k.n) AS names
        FROM unnest(f.conkey) WITH ORDINALITY AS k(num, n)
        JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.num) own
    CROSS JOIN LATERAL (SELECT json_agg(a.attname ORDER BY k.n) AS names
        FROM unnest(f.confkey) WITH ORDINALITY AS k(num, n)
        JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.num) other
    WHERE parent.conrelid IS DISTINCT FROM f.conrelid  -- not those per partition of the target
), chk AS (
    SELECT c.conrelid, c.conname::text AS name, json_build_object('name', c.conname,
        'expression', pg_get_expr(c.conbin, c.conrelid), 'validated', c.convalidated) AS doc
    FROM own rel JOIN pg_constraint c ON c.conrelid = rel.oid AND c.contype = 'c'
    UNION ALL
    SELECT a.attrelid, a.attname || '.' || c.conname, json_build_object(
        'name', a.attname || '.' || c.conname, 'validated', c.convalidated,
        'expression', regexp_replace(e.text, '\mVALUE\M', replace(quote_ident(a.attname), '\', '\\'), 'g'))
    FROM own rel JOIN pg_attribute a ON a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN domain d ON d.top = a.atttypid
    JOIN pg_constraint c ON c.contypid = d.oid AND c.contype = 'c'
    CROSS JOIN LATERAL (SELECT CASE WHEN c.conrelid = 0 THEN pg_get_expr(c.conbin, 0) END AS text) e  -- guarded: the planner may try it on tables' CHECKs too
    WHERE e.text !~ '''[^'']*\mVALUE\M[^'']*'''  -- the word stands in a literal: leave it alone
)
SELECT coalesce(json_agg(json_build_object(
    'name', rel.name, 'sql', rel.sql, 'columns', coalesce(c.docs, '[]'),
    'primary_key', coalesce(u.key, '[]'), 'unique', coalesce(u.docs, '[]'),
    'foreign_keys', coalesce(f.docs, '[]'), 'checks', coalesce(k.docs, '[]'),
    'exclusions', coalesce(x.docs, '[]'), 'partition_of', p.name, 'partitioned', rel.partitioned,
    'bound', CASE WHEN rel.relispartition THEN pg_get_partition_constraintdef(rel.oid) END) ORDER BY rel.name COLLATE "C"), '[]')::text
FROM own rel
LEFT JOIN (SELECT attrelid AS oid, json_agg(doc ORDER BY attnum) AS docs FROM col GROUP BY 1) c USING (oid)
LEFT JOIN (SELECT indrelid AS oid, json_agg(doc ORDER BY indisprimary DESC, relname) AS docs,
               (array_agg(names) FILTER (WHERE indisprimary))[1] AS key FROM uniq GROUP BY 1) u USING (oid)
LEFT JOIN (SELECT conrelid AS oid, json_agg(doc ORDER BY conname) AS docs FROM fk GROUP BY 1) f USING (oid)
LEFT JOIN (SELECT conrelid AS oid, json_agg(doc ORDER BY name) AS docs FROM chk GROUP BY 1) k USING (oid)
LEFT JOIN (SELECT conrelid AS oid, json_agg(doc ORDER BY conname) AS docs FROM excl GROUP BY 1) x USING (oid)
LEFT JOIN pg_inherits i ON rel.relispartition AND i.inhrelid = rel.oid
LEFT JOIN rel p ON p.oid = i.inhparent
