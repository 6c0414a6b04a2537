-- What relations, their columns, constraints and indexes are called, as one JSON text: {relation: {thing: name}}.
-- `only` is an array of relations, or NULL for all.

SELECT coalesce(json_object_agg(relation, names), '{}')::text
FROM (
    SELECT relation, json_object_agg(thing, name) AS names
    FROM (
        SELECT c.oid AS relation, 'relation' AS thing, c.relnamespace || '.' || c.relname AS name
        FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL
        SELECT a.attrelid, 'column ' || a.attnum, a.attname::text FROM pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped
        UNION ALL
        SELECT k.conrelid, 'constraint ' || k.oid, k.conname::text FROM pg_constraint k
        UNION ALL
        SELECT x.indrelid, 'index ' || i.oid, i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    ) AS named
    WHERE relation >= 16384 AND (%(only)s::oid[] IS NULL OR relation = ANY (%(only)s::oid[]))
    GROUP BY relation
) AS known
