CREATE TYPE mood AS ENUM ('sad','ok','happy');
CREATE DOMAIN code AS varchar(12) NOT NULL CHECK (VALUE ~ '^[A-Z]{3}-[0-9]{2,4}$');
CREATE DOMAIN posint AS int CHECK (VALUE > 0 AND VALUE <= 100);
CREATE TYPE pair AS (x int, y text, z posint);
CREATE TYPE frange AS RANGE (subtype = float8);
CREATE TABLE every_type (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), a smallint NOT NULL, b int NOT NULL, c bigint NOT NULL, d numeric NOT NULL, d2 numeric(5,2) NOT NULL, d3 numeric(3,3) NOT NULL, d4 numeric(4,-2) NOT NULL,
 e real NOT NULL, f float8 NOT NULL, g money NOT NULL, h text NOT NULL, i varchar(5) NOT NULL, i1 varchar(1) NOT NULL, j char(3) NOT NULL, j1 char NOT NULL, k citext NOT NULL, l bytea NOT NULL,
 m date NOT NULL, n time NOT NULL, o timetz NOT NULL, p timestamp NOT NULL, q timestamptz NOT NULL, q0 timestamptz(0) NOT NULL, r interval NOT NULL, s boolean NOT NULL, t inet NOT NULL, u cidr NOT NULL, v macaddr NOT NULL, w macaddr8 NOT NULL,
 x bit(5) NOT NULL, x1 bit NOT NULL, y varbit NOT NULL, y2 varbit(3) NOT NULL, z tsvector NOT NULL, aa tsquery NOT NULL, bb xml NOT NULL, cc json NOT NULL, dd jsonb NOT NULL, ee jsonpath NOT NULL,
 ff int4range NOT NULL, gg int8range NOT NULL, hh numrange NOT NULL, ii daterange NOT NULL, jj tsrange NOT NULL, kk tstzrange NOT NULL, ll int4multirange NOT NULL, mm tstzmultirange NOT NULL, nn frange NOT NULL,
 oo text[] NOT NULL, pp int[][] NOT NULL, qq mood[] NOT NULL, rr code[] NOT NULL, ss pair NOT NULL, tt pair[] NOT NULL, uu point NOT NULL, vv line NOT NULL, ww lseg NOT NULL, xx box NOT NULL, yy path NOT NULL, zz polygon NOT NULL, ab circle NOT NULL,
 ac oid NOT NULL, ad pg_lsn NOT NULL, ae name NOT NULL, af "char" NOT NULL, ag mood NOT NULL, ah code, ai posint NOT NULL, aj jsonb[] NOT NULL, ak daterange[] NOT NULL, al uuid[] NOT NULL, am numeric(5,1)[] NOT NULL, an regclass,
 low text GENERATED ALWAYS AS (lower(h)) STORED);
CREATE TABLE tenants (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE users (tenant_id int NOT NULL REFERENCES tenants, id int, email citext NOT NULL, PRIMARY KEY (tenant_id, id), UNIQUE (email));
CREATE UNIQUE INDEX ON users (lower(email));
CREATE TABLE projects (tenant_id int NOT NULL REFERENCES tenants, id int GENERATED ALWAYS AS IDENTITY, title text, PRIMARY KEY (tenant_id, id));
CREATE TABLE tasks (tenant_id int NOT NULL, project_id int NOT NULL, user_id int NOT NULL, id bigserial PRIMARY KEY, parent_id bigint REFERENCES tasks,
  FOREIGN KEY (tenant_id, project_id) REFERENCES projects, FOREIGN KEY (tenant_id, user_id) REFERENCES users, CHECK (parent_id <> id));
CREATE TABLE members (user_tenant int, user_id int, role mood, PRIMARY KEY (user_tenant, user_id, role), FOREIGN KEY (user_tenant, user_id) REFERENCES users);
CREATE TABLE friends (a int REFERENCES tenants, b int REFERENCES tenants, PRIMARY KEY (a, b), CHECK (a < b));
CREATE TABLE bools (a boolean, b boolean, c mood, PRIMARY KEY (a, b, c));
CREATE TABLE few (a boolean PRIMARY KEY, m mood UNIQUE);
CREATE TABLE nodes (id int PRIMARY KEY, parent int NOT NULL REFERENCES nodes, next int UNIQUE REFERENCES nodes DEFERRABLE);
CREATE TABLE dept (id int PRIMARY KEY, boss int);
CREATE TABLE emp (id int PRIMARY KEY, dept_id int NOT NULL REFERENCES dept);
ALTER TABLE dept ADD FOREIGN KEY (boss) REFERENCES emp;
CREATE TABLE egg (id int PRIMARY KEY, hen int NOT NULL);
CREATE TABLE hen (id int PRIMARY KEY, egg int NOT NULL REFERENCES egg);
ALTER TABLE egg ADD CONSTRAINT egg_hen FOREIGN KEY (hen) REFERENCES hen DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE ying (id int PRIMARY KEY, o int NOT NULL);
CREATE TABLE yang (id int PRIMARY KEY, o int NOT NULL REFERENCES ying);
ALTER TABLE ying ADD CONSTRAINT ying_o FOREIGN KEY (o) REFERENCES yang;
CREATE TABLE on_ying (id int PRIMARY KEY, y int NOT NULL REFERENCES ying);
CREATE TABLE on_on_ying (id int PRIMARY KEY, y int NOT NULL REFERENCES on_ying, z int REFERENCES ying);
CREATE TABLE maybe_ying (id int PRIMARY KEY, y int REFERENCES ying);
CREATE TABLE checks (id int PRIMARY KEY, a int CHECK (a > 5 AND a < 30), b numeric(6,2) CHECK (b BETWEEN 0.5 AND 99.5), c text CHECK (length(c) >= 3 AND length(c) < 8), d text CHECK (d IN ('x','y','z')),
  lo int NOT NULL, hi int NOT NULL, CHECK (lo < hi), CHECK (hi <= 20), s date, e date, CHECK (s <= e), st timestamptz NOT NULL, en timestamptz NOT NULL, CHECK (en > st + interval '2 hours'),
  email text CHECK (email ~* '^[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}$'), zip text NOT NULL CHECK (zip ~ '^\d{5}(-\d{4})?$'), u text CHECK (u = upper(u)), l varchar(4) NOT NULL CHECK (l = lower(l)), t text NOT NULL CHECK (btrim(t) <> ''),
  x1 int, x2 int, CHECK (num_nonnulls(x1, x2) = 1), kind text NOT NULL, payload jsonb, CHECK ((kind = 'a' AND payload IS NOT NULL) OR (kind = 'b' AND payload IS NULL)),
  pc int CHECK (pc % 10 = 0), js jsonb NOT NULL CHECK (jsonb_typeof(js) = 'array'), url text CHECK (url LIKE 'https://%'), neg int CHECK (neg < 0), tags text[] CHECK (cardinality(tags) BETWEEN 1 AND 3), q int CHECK (q <> 0 AND q NOT IN (1,2,3)), yr int CHECK (yr >= 2020 AND yr <= 2022), fut timestamptz CHECK (fut > '2050-01-01'), past date CHECK (past < '1950-01-01'), tiny numeric CHECK (tiny > 0 AND tiny < 0.001));
CREATE TABLE searched (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, CHECK (a + b = 10), c text NOT NULL CHECK (left(c, 2) = 'ab'), d int NOT NULL CHECK (d * d > 50 AND d * d < 200), e date CHECK (extract(isodow FROM e) = 3), f jsonb NOT NULL CHECK (f ? 'key'));
CREATE TABLE part (id int NOT NULL, at date NOT NULL, k text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE part_a PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE part_b PARTITION OF part FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE plist (id int NOT NULL, r text NOT NULL) PARTITION BY LIST (r);
CREATE TABLE plist_a PARTITION OF plist FOR VALUES IN ('eu', 'us');
CREATE TABLE plist_b PARTITION OF plist FOR VALUES IN ('asia') PARTITION BY HASH (id);
CREATE TABLE plist_b0 PARTITION OF plist_b FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE nopart (id int) PARTITION BY HASH (id);
CREATE TABLE of_part (id int PRIMARY KEY, p_id int, p_at date, FOREIGN KEY (p_id, p_at) REFERENCES part);
CREATE TABLE booking (id serial PRIMARY KEY, room int NOT NULL REFERENCES tenants, during tstzrange NOT NULL, EXCLUDE USING gist (room WITH =, during WITH &&));
CREATE TABLE booking2 (id serial PRIMARY KEY, room int NOT NULL, starts timestamptz NOT NULL, ends timestamptz NOT NULL, CHECK (starts < ends), EXCLUDE USING gist (room WITH =, tstzrange(starts, ends) WITH &&));
CREATE TABLE partial (id serial PRIMARY KEY, user_id int NOT NULL REFERENCES tenants, is_default boolean NOT NULL, status text NOT NULL CHECK (status IN ('open','done')));
CREATE UNIQUE INDEX ON partial (user_id) WHERE is_default;
CREATE UNIQUE INDEX ON partial (status) WHERE (status = 'open');
CREATE TABLE nnd (id serial PRIMARY KEY, a int REFERENCES ying, b int REFERENCES tenants, UNIQUE NULLS NOT DISTINCT (a, b));
CREATE TABLE refused (id serial PRIMARY KEY, x text);
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
CREATE TRIGGER no BEFORE INSERT ON refused FOR EACH ROW EXECUTE FUNCTION no();
CREATE TABLE needs_refused (id serial PRIMARY KEY, r int NOT NULL REFERENCES refused);
CREATE TABLE picky (id serial PRIMARY KEY, status text NOT NULL, n int NOT NULL);
CREATE FUNCTION picky() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.n % 3 <> 0 THEN RAISE EXCEPTION 'picky'; END IF; RETURN NEW; END $$;
CREATE TRIGGER picky BEFORE INSERT ON picky FOR EACH ROW EXECUTE FUNCTION picky();
CREATE TABLE aud (id bigserial PRIMARY KEY, what text);
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO aud (what) VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER zaudit AFTER INSERT ON tenants FOR EACH ROW EXECUTE FUNCTION audit();
CREATE TABLE swallowed (id serial PRIMARY KEY, x int);
CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER swallow BEFORE INSERT ON swallowed FOR EACH ROW EXECUTE FUNCTION swallow();
CREATE TABLE only_defaults (g int GENERATED ALWAYS AS (1) STORED);
CREATE TABLE by_generated (k text GENERATED ALWAYS AS ('k' || n::text) STORED UNIQUE, n int PRIMARY KEY);
ALTER TABLE by_generated ADD m int;
CREATE TABLE to_generated (id int PRIMARY KEY, k text NOT NULL REFERENCES by_generated (k));
CREATE TABLE code_fk (id code PRIMARY KEY);
CREATE TABLE one_to_one (id code PRIMARY KEY REFERENCES code_fk, extra text);
CREATE SEQUENCE big START 1000 MINVALUE 500;
CREATE TABLE bigseq (id int PRIMARY KEY DEFAULT nextval('big'));
CREATE TABLE rls (id int PRIMARY KEY, t text); ALTER TABLE rls ENABLE ROW LEVEL SECURITY; ALTER TABLE rls FORCE ROW LEVEL SECURITY; CREATE POLICY p ON rls USING (true);
CREATE TABLE "Odd ""T%s" ("Col %" int PRIMARY KEY, "a""b" text);
CREATE TABLE empty_cols ();
