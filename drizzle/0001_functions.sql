-- The one clock that decides: every claim, close and due time is judged by it, never by a worker's own clock.
-- A test replaces the function's body to set the time.
CREATE FUNCTION dunlin_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() $$;
--> statement-breakpoint
-- Takes up to `want` slots of a channel, 1/rate apart, that begin before now + horizon. A row lock per channel makes the rate
-- hold across processes; what is not used is lost.
CREATE FUNCTION dunlin_take_slots(name text, want int, rate float8, horizon_ms int)
RETURNS TABLE (granted int, starts_at timestamptz, ends_at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
  clock timestamptz;
  free timestamptz;
BEGIN
  INSERT INTO channel_slots (channel, next_at) VALUES (name, dunlin_now()) ON CONFLICT DO NOTHING;
  SELECT next_at INTO free FROM channel_slots WHERE channel = name FOR UPDATE;
  clock := dunlin_now();
  starts_at := greatest(free, clock);
  granted := least(want, greatest(0, floor(extract(epoch FROM clock - starts_at)::float8 * rate + horizon_ms * rate / 1000.0)::int + 1));
  IF starts_at > clock + horizon_ms * interval '1 millisecond' THEN granted := 0; END IF;
  ends_at := starts_at + granted / rate * interval '1 second';
  IF granted > 0 THEN UPDATE channel_slots SET next_at = ends_at WHERE channel = name; END IF;
  RETURN NEXT;
END $$;
--> statement-breakpoint
-- Reminders and deliveries name a version for good: what it says must never change under them.
CREATE FUNCTION dunlin_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% % of % never changes: make a new version', TG_TABLE_NAME, OLD.number, OLD.campaign;
END $$;
--> statement-breakpoint
CREATE TRIGGER campaign_versions_immutable BEFORE UPDATE ON campaign_versions FOR EACH ROW EXECUTE FUNCTION dunlin_refuse_update();
