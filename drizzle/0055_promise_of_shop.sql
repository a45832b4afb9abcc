-- expands
-- As in 0042_promises.sql, but each statement names the shop, by which the tables can be distributed.
CREATE OR REPLACE FUNCTION desk_promise() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  broken timestamptz;
BEGIN
  WITH judged AS (
    SELECT p.id, j.* FROM promises p CROSS JOIN LATERAL judge_promise(p, NEW.promise ? 'isOver') j
    WHERE p.shop_id = NEW.shop_id AND p.case_id = NEW.id AND p.state = 'open' AND j.state <> 'open')
  UPDATE promises p SET state = j.state, why = j.why, ended_at = j.ended_at FROM judged j WHERE p.shop_id = NEW.shop_id AND p.id = j.id
  RETURNING CASE WHEN p.state = 'broken' THEN p.at END INTO broken;
  IF broken IS NOT NULL AND NEW.ended_at IS NULL THEN
    INSERT INTO tasks AS t (id, shop_id, case_id, kind, created_at, due_at)
    VALUES (gen_random_uuid(), NEW.shop_id, NEW.id, 'promise', dunlin_now(), broken)
    ON CONFLICT (shop_id, case_id) WHERE ended_at IS NULL DO UPDATE SET due_at = least(t.due_at, broken), version = t.version + 1;
  END IF;
  RETURN NULL;
END $$;
