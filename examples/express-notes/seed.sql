INSERT INTO accounts (email, password_hash) VALUES ('eve@example.com', 'none');
INSERT INTO notes (account_id, title, text)
SELECT 1, 'Note ' || n, 'The text of note ' || n FROM generate_series(1, 3) AS n;
