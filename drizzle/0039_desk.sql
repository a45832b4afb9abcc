CREATE TABLE "tasks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"shop_id" text NOT NULL,
	"case_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone,
	"assignee" text,
	"lease_until" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"why" text,
	"outcome" text,
	"reason" text,
	"touches" integer DEFAULT 0 NOT NULL,
	"first_touch_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "touches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"task_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"who" text NOT NULL,
	"how" text,
	"result" text,
	"outcome" text,
	"reason" text,
	"note" "bytea"
);
--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "held_until" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "tasks_of_case" ON "tasks" USING btree ("shop_id","case_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "tasks_ended" ON "tasks" USING btree ("ended_at") WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX "touches_of_task" ON "touches" USING btree ("task_id");--> statement-breakpoint
INSERT INTO tasks (id, shop_id, case_id, kind, created_at)
SELECT gen_random_uuid(), shop_id, id, 'high_value', dunlin_now() FROM cases WHERE manual AND ended_at IS NULL;
--> statement-breakpoint
-- A case that becomes a person's is a task from that moment on; it ends with the case, or when the case goes back to the reminders. In a trigger,
-- because a case ends in many places: events, the clock, merges, separations, erasures.
CREATE FUNCTION desk_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.manual AND NEW.ended_at IS NULL THEN
    INSERT INTO tasks (id, shop_id, case_id, kind, created_at) VALUES (gen_random_uuid(), NEW.shop_id, NEW.id, 'high_value', dunlin_now())
    ON CONFLICT (shop_id, case_id) WHERE ended_at IS NULL DO NOTHING;
  ELSE
    UPDATE tasks SET ended_at = dunlin_now(), version = version + 1, why = CASE
      WHEN NEW.ended_at IS NULL THEN 'handed_back'
      WHEN EXISTS (SELECT FROM buyers b WHERE b.shop_id = NEW.shop_id AND b.id = NEW.buyer_id AND b.erased_at IS NOT NULL) THEN 'erased'
      WHEN EXISTS (SELECT FROM orders o WHERE o.shop_id = NEW.shop_id AND o.buyer_id = NEW.buyer_id AND o.case_id = NEW.id AND o.in_case) THEN 'moved'
      ELSE coalesce((
        SELECT CASE WHEN o.refunded_at IS NOT NULL THEN 'refunded' WHEN o.paid_at IS NOT NULL THEN 'paid' ELSE 'closed' END
        FROM orders o WHERE o.shop_id = NEW.shop_id AND o.buyer_id = NEW.buyer_id AND o.case_id = NEW.id
        ORDER BY (o.paid_at IS NOT NULL AND o.refunded_at IS NULL) DESC, o.refunded_at IS NOT NULL DESC LIMIT 1), 'moved') END
    WHERE shop_id = NEW.shop_id AND case_id = NEW.id AND ended_at IS NULL;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER desk_task_begins AFTER INSERT ON cases FOR EACH ROW WHEN (NEW.manual AND NEW.ended_at IS NULL) EXECUTE FUNCTION desk_task();
--> statement-breakpoint
CREATE TRIGGER desk_task_turns AFTER UPDATE ON cases FOR EACH ROW
WHEN ((OLD.manual AND OLD.ended_at IS NULL) IS DISTINCT FROM (NEW.manual AND NEW.ended_at IS NULL)) EXECUTE FUNCTION desk_task();
