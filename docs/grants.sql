-- What the application's own role may do in PostgreSQL; run it as the owner of the tables, after `db upgrade`, and again after each.
-- The role is called bank_app here:  CREATE ROLE bank_app LOGIN PASSWORD '...';
-- DATABASE_URL names this role, DATABASE_OWNER_URL the owner. The tests run this file.
GRANT USAGE ON SCHEMA public TO bank_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO bank_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO bank_app;

-- The ledger and the audit are only ever added to; triggers refuse the rest, and so do these.
REVOKE UPDATE, DELETE ON exchange, audit FROM bank_app;

-- Only the owner migrates.
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM bank_app;
