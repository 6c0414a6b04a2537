-- The types that are made of other types or of labels, as one JSON text; built-in ranges among them.

WITH space AS MATERIALIZED (
    SELECT n.oid FROM pg_namespace n
    WHERE n.nspname <> 'information_schema'
      AND obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM 'Row capture of Seamline; removed at the end of a run.'
)
SELECT coalesce(json_agg(json_build_object('name', format_type(t.oid, NULL),
    'kind', CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite' WHEN 'd' THEN 'domain'
        WHEN 'r' THEN 'range' ELSE 'multirange' END,
    'of', CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod)
        WHEN 'r' THEN (SELECT format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid)
        WHEN 'm' THEN (SELECT format_type(r.rngtypid, NULL) FROM pg_range r WHERE r.rngmultitypid = t.oid) END,
    'labels', coalesce((SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)
        FROM pg_enum e WHERE e.enumtypid = t.oid), '[]'),
    'fields', coalesce((SELECT json_agg(json_build_object('name', a.attname,
            'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '[]'),
    'checks', coalesce((SELECT json_agg(pg_get_expr(c.conbin, 0) ORDER BY c.conname)
        FROM pg_constraint c WHERE c.contypid = t.oid AND c.contype = 'c'), '[]'),
    'not_null', t.typnotnull) ORDER BY format_type(t.oid, NULL) COLLATE "C"), '[]')::text
FROM pg_type t JOIN space n ON n.oid = t.typnamespace
LEFT JOIN pg_class k ON k.oid = t.typrelid
WHERE t.typtype IN ('e', 'c', 'd', 'r', 'm') AND coalesce(k.relkind, 'c') = 'c'
