ALTER TABLE "cases" ADD COLUMN "held_at" timestamp with time zone;--> statement-breakpoint
UPDATE cases SET held_at = dunlin_now() WHERE manual AND ended_at IS NULL AND held_until > dunlin_now();
--> statement-breakpoint
DROP TRIGGER desk_task_turns ON cases;
--> statement-breakpoint
DROP TRIGGER desk_task_of_promise_ends ON cases;
--> statement-breakpoint
-- A case is a person's while its campaign leaves it to one, or somebody of the staff holds it. Tasks that only such a case has end when it is handed
-- back; a call is still to be made, and a promise is still broken.
CREATE OR REPLACE FUNCTION desk_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.manual OR NEW.held_at IS NOT NULL THEN
    INSERT INTO tasks (id, shop_id, case_id, kind, created_at) VALUES (gen_random_uuid(), NEW.shop_id, NEW.id, 'high_value', dunlin_now())
    ON CONFLICT (shop_id, case_id) WHERE ended_at IS NULL DO NOTHING;
  ELSE
    UPDATE tasks SET ended_at = dunlin_now(), why = 'handed_back', version = version + 1
    WHERE shop_id = NEW.shop_id AND case_id = NEW.id AND ended_at IS NULL AND kind NOT IN ('call', 'promise', 'unknown');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER desk_task_turns AFTER UPDATE ON cases FOR EACH ROW
WHEN (NEW.ended_at IS NULL AND (OLD.manual OR OLD.held_at IS NOT NULL) IS DISTINCT FROM (NEW.manual OR NEW.held_at IS NOT NULL))
EXECUTE FUNCTION desk_task();
--> statement-breakpoint
-- The task of a case ends with it. Any case may have one, so this looks for those of a whole statement at once.
CREATE FUNCTION desk_tasks_end() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
BEGIN
  UPDATE tasks t SET ended_at = dunlin_now(), version = version + 1, why = CASE
    WHEN EXISTS (SELECT FROM buyers b WHERE b.shop_id = n.shop_id AND b.id = n.buyer_id AND b.erased_at IS NOT NULL) THEN 'erased'
    WHEN EXISTS (SELECT FROM orders o WHERE o.shop_id = n.shop_id AND o.buyer_id = n.buyer_id AND o.case_id = n.id AND o.in_case) THEN 'moved'
    ELSE coalesce((
      SELECT CASE WHEN o.refunded_at IS NOT NULL THEN 'refunded' WHEN o.paid_at IS NOT NULL THEN 'paid' ELSE 'closed' END
      FROM orders o WHERE o.shop_id = n.shop_id AND o.buyer_id = n.buyer_id AND o.case_id = n.id
      ORDER BY (o.paid_at IS NOT NULL AND o.refunded_at IS NULL) DESC, o.refunded_at IS NOT NULL DESC LIMIT 1), 'moved') END
  FROM new_rows n
  WHERE n.ended_at IS NOT NULL AND t.shop_id = n.shop_id AND t.case_id = n.id AND t.ended_at IS NULL;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER desk_tasks_end AFTER UPDATE ON cases REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION desk_tasks_end();
