-- expands
ALTER TABLE "cases" ADD COLUMN "manual_why" text;
--> statement-breakpoint
-- As in 0044_case_holds.sql, with the kind of the task by the reason.
CREATE OR REPLACE FUNCTION desk_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.manual OR NEW.held_at IS NOT NULL THEN
    INSERT INTO tasks (id, shop_id, case_id, kind, created_at) VALUES (
      gen_random_uuid(), NEW.shop_id, NEW.id, CASE WHEN NEW.manual THEN coalesce(NEW.manual_why, 'high_value') ELSE 'high_value' END, dunlin_now())
    ON CONFLICT (shop_id, case_id) WHERE ended_at IS NULL DO NOTHING;
  ELSE
    UPDATE tasks SET ended_at = dunlin_now(), why = 'handed_back', version = version + 1
    WHERE shop_id = NEW.shop_id AND case_id = NEW.id AND ended_at IS NULL AND kind NOT IN ('call', 'promise', 'unknown');
  END IF;
  RETURN NULL;
END $$;
