-- expands
-- Which store this is: a copy that was restored from a dump, or a standby that took over, is another one. NULL where the server does not say.
CREATE FUNCTION dunlin_store() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN jsonb_build_object(
    'system', (SELECT system_identifier::text FROM pg_control_system()),
    'tables', (SELECT oid FROM pg_database WHERE datname = current_database()) || '.' || 'settings'::regclass::oid,
    'timeline', ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int);
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END $$;
