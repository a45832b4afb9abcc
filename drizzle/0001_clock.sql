-- The one clock that decides: every claim, close and due time is judged by it, never by a worker's own clock.
-- A test replaces the function's body to set the time.
CREATE FUNCTION dunlin_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() $$;
