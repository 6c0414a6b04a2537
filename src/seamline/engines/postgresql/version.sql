-- In which version each relation of a database stands, as one JSON text: {relation: version, "0": the rest}.
-- A version is made of which row versions (xmin, ctid) of the catalogs say something of the relation: it differs
-- as soon as anything that `structure.sql` tells of it may differ, but for the names of other things. What
-- is rolled back leaves the versions that were. The rest is everything on whose names or labels the definitions
-- of relations may depend and that is no relation itself. What is not the engine's own has an oid from 16384 on, by
-- which it is found through an index.

WITH space AS MATERIALIZED (
    SELECT n.oid, n.xmin, n.ctid FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
), rel AS MATERIALIZED (
    SELECT c.oid, c.xmin, c.ctid, c.relkind FROM pg_class c JOIN space s ON s.oid = c.relnamespace WHERE c.oid >= 16384 AND c.relpersistence <> 't'
), own AS MATERIALIZED (
    SELECT oid, xmin, ctid FROM rel WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
), part (relation, of, row) AS (
    SELECT o.oid, 'class', o.oid || ' ' || o.xmin || ' ' || o.ctid FROM own o
    UNION ALL
    SELECT a.attrelid, 'attribute', a.xmin || ' ' || a.ctid FROM own o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0
    UNION ALL
    SELECT d.adrelid, 'attrdef', d.xmin || ' ' || d.ctid FROM own o JOIN pg_attrdef d ON d.adrelid = o.oid
    UNION ALL
    SELECT k.conrelid, 'constraint', concat_ws(' ', k.xmin, k.ctid, d.xmin, d.ctid) FROM own o JOIN pg_constraint k ON k.conrelid = o.oid
    LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
    UNION ALL
    -- Whether an index is valid was once written in place, under the same version.
    SELECT x.indrelid, 'index', concat_ws(' ', x.xmin, x.ctid, x.indisvalid, i.xmin, i.ctid, d.xmin, d.ctid)
    FROM own o JOIN pg_index x ON x.indrelid = o.oid JOIN pg_class i ON i.oid = x.indexrelid
    LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = i.oid
    UNION ALL
    SELECT g.tgrelid, 'trigger', concat_ws(' ', g.xmin, g.ctid, d.xmin, d.ctid) FROM own o JOIN pg_trigger g ON g.tgrelid = o.oid
    LEFT JOIN pg_description d ON d.classoid = 'pg_trigger'::regclass AND d.objoid = g.oid
    UNION ALL
    SELECT p.polrelid, 'policy', p.xmin || ' ' || p.ctid FROM own o JOIN pg_policy p ON p.polrelid = o.oid
    UNION ALL
    SELECT w.ev_class, 'rewrite', w.xmin || ' ' || w.ctid FROM own o JOIN pg_rewrite w ON w.ev_class = o.oid
    UNION ALL
    SELECT i.inhrelid, 'inherits', i.xmin || ' ' || i.ctid FROM own o JOIN pg_inherits i ON i.inhrelid = o.oid
    UNION ALL
    SELECT t.partrelid, 'partitioned', t.xmin || ' ' || t.ctid FROM own o JOIN pg_partitioned_table t ON t.partrelid = o.oid
    UNION ALL
    SELECT x.stxrelid, 'statistics', x.xmin || ' ' || x.ctid FROM own o JOIN pg_statistic_ext x ON x.stxrelid = o.oid
    UNION ALL
    SELECT q.seqrelid, 'sequence', concat_ws(' ', q.xmin, q.ctid, d.xmin, d.ctid) FROM own o JOIN pg_sequence q ON q.seqrelid = o.oid
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = o.oid AND d.deptype IN ('a', 'i')
    UNION ALL
    SELECT d.objoid, 'description', d.xmin || ' ' || d.ctid FROM own o JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = o.oid
    UNION ALL
    SELECT 0::oid, 'namespace', s.xmin || ' ' || s.ctid FROM space s
    UNION ALL
    SELECT 0::oid, 'type', concat_ws(' ', t.xmin, t.ctid, c.xmin, c.ctid,
        (SELECT string_agg(a.xmin || ' ' || a.ctid, ' ' ORDER BY a.attnum) FROM pg_attribute a WHERE c.relkind = 'c' AND a.attrelid = c.oid))
    FROM pg_type t JOIN space s ON s.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.oid >= 16384 AND (t.typrelid = 0 OR c.relkind = 'c') AND t.typcategory <> 'A'
    UNION ALL
    SELECT 0::oid, 'enum', e.xmin || ' ' || e.ctid FROM pg_enum e WHERE e.oid >= 16384
    UNION ALL
    SELECT 0::oid, 'domain', k.xmin || ' ' || k.ctid FROM pg_constraint k WHERE k.oid >= 16384 AND k.contypid <> 0
    UNION ALL
    SELECT 0::oid, 'proc', p.xmin || ' ' || p.ctid FROM pg_proc p JOIN space s ON s.oid = p.pronamespace WHERE p.oid >= 16384
    UNION ALL
    SELECT 0::oid, 'collation', x.xmin || ' ' || x.ctid FROM pg_collation x JOIN space s ON s.oid = x.collnamespace WHERE x.oid >= 16384
    UNION ALL
    SELECT 0::oid, 'operator', x.xmin || ' ' || x.ctid FROM pg_operator x JOIN space s ON s.oid = x.oprnamespace WHERE x.oid >= 16384
    UNION ALL
    SELECT 0::oid, 'opclass', x.xmin || ' ' || x.ctid FROM pg_opclass x JOIN space s ON s.oid = x.opcnamespace WHERE x.oid >= 16384
    UNION ALL
    SELECT 0::oid, 'search', x.xmin || ' ' || x.ctid FROM pg_ts_config x JOIN space s ON s.oid = x.cfgnamespace WHERE x.oid >= 16384
    UNION ALL
    SELECT 0::oid, 'extension', x.xmin || ' ' || x.ctid FROM pg_extension x
    UNION ALL
    SELECT 0::oid, 'member', d.xmin || ' ' || d.ctid FROM pg_depend d WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
    UNION ALL
    SELECT 0::oid, 'role', r.oid || ' ' || r.rolname FROM pg_roles r
    UNION ALL
    SELECT 0::oid, 'comment', d.xmin || ' ' || d.ctid FROM pg_description d
    WHERE d.classoid IN ('pg_namespace'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass) AND d.objoid >= 16384
)
SELECT json_build_object('schemas', (SELECT count(*) FROM space), 'versions', json_object_agg(relation, version))::text
FROM (SELECT relation, sum(hashtextextended(of || row, 0))::text AS version FROM part GROUP BY relation) AS known
