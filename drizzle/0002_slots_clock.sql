-- As before, and a clock that was set back closes no channel: what is booked further ahead than anybody books (retries look twice the
-- horizon ahead) was booked by another clock, and its last sends leave within a horizon from now.
CREATE OR REPLACE FUNCTION dunlin_take_slots(name text, want int, rate float8, horizon_ms int)
RETURNS TABLE (granted int, starts_at timestamptz, ends_at timestamptz) LANGUAGE plpgsql AS $$
DECLARE
  clock timestamptz;
  free timestamptz;
  horizon interval := horizon_ms * interval '1 millisecond';
BEGIN
  INSERT INTO channel_slots (channel, next_at) VALUES (name, dunlin_now()) ON CONFLICT DO NOTHING;
  SELECT next_at INTO free FROM channel_slots WHERE channel = name FOR UPDATE;
  clock := dunlin_now();
  IF free > clock + 2 * horizon + interval '1 second' / rate THEN free := clock + horizon; END IF;
  starts_at := greatest(free, clock);
  granted := least(want, greatest(0, floor(extract(epoch FROM clock - starts_at)::float8 * rate + horizon_ms * rate / 1000.0)::int + 1));
  IF starts_at > clock + horizon THEN granted := 0; END IF;
  ends_at := starts_at + granted / rate * interval '1 second';
  IF granted > 0 THEN UPDATE channel_slots SET next_at = ends_at WHERE channel = name; END IF;
  RETURN NEXT;
END $$;
