CREATE TABLE "promises" (
	"id" uuid PRIMARY KEY NOT NULL,
	"shop_id" text NOT NULL,
	"case_id" uuid NOT NULL,
	"task_id" uuid,
	"orders" text[] NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"recorded_by" text,
	"reason" text,
	"state" text NOT NULL,
	"why" text,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX "promises_open" ON "promises" USING btree ("shop_id","case_id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "promises_case" ON "promises" USING btree ("shop_id","case_id");--> statement-breakpoint
CREATE INDEX "promises_at" ON "promises" USING btree ("at","id");--> statement-breakpoint
-- What became of a promise, by its orders as far as they are still the buyer's: kept when those that could be paid were paid by then. `is_due`: its time
-- has come.
CREATE FUNCTION judge_promise(p promises, is_due boolean) RETURNS TABLE (state text, why text, ended_at timestamptz) LANGUAGE sql AS $$
  SELECT
    CASE WHEN f.unpaid THEN CASE WHEN is_due THEN 'broken' ELSE 'open' END
      WHEN f.paid_at <= p.at THEN 'kept'
      WHEN f.paid_at > p.at THEN 'broken'
      ELSE 'ended' END,
    CASE WHEN f.unpaid OR f.paid_at IS NOT NULL THEN NULL
      WHEN f.erased THEN 'erased' WHEN f.moved THEN 'moved' WHEN f.refunded THEN 'refunded' WHEN f.closed THEN 'closed' ELSE 'excluded' END,
    CASE WHEN f.paid_at <= p.at AND NOT f.unpaid THEN f.paid_at
      WHEN f.paid_at > p.at OR (f.unpaid AND is_due) THEN p.at
      WHEN NOT f.unpaid THEN dunlin_now() END
  FROM (
    SELECT coalesce(bool_or(o.in_case AND c.ended_at IS NULL), false) AS unpaid, max(o.paid_at) AS paid_at,
      coalesce(bool_or(o.in_case), true) AS moved, bool_or(o.refunded_at IS NOT NULL) AS refunded, bool_or(o.status = 'closed') AS closed,
      EXISTS (SELECT FROM buyers b JOIN cases e ON e.shop_id = b.shop_id AND e.buyer_id = b.id
        WHERE e.shop_id = p.shop_id AND e.id = p.case_id AND b.erased_at IS NOT NULL) AS erased
    FROM cases c JOIN orders o ON o.shop_id = c.shop_id AND o.buyer_id = c.buyer_id AND o.id = ANY(p.orders)
    WHERE c.shop_id = p.shop_id AND c.id = p.case_id) f
$$;
--> statement-breakpoint
INSERT INTO promises (id, shop_id, case_id, task_id, orders, at, recorded_at, recorded_by, reason, state)
SELECT gen_random_uuid(), c.shop_id, c.id,
  (SELECT t.id FROM tasks t WHERE t.shop_id = c.shop_id AND t.case_id = c.id AND t.outcome = 'will_pay' ORDER BY t.ended_at DESC LIMIT 1),
  ARRAY(SELECT o.id FROM orders o WHERE o.shop_id = c.shop_id AND o.buyer_id = c.buyer_id AND o.case_id = c.id AND o.in_case = (c.ended_at IS NULL)
    ORDER BY o.created_at, o.id),
  to_timestamp((c.promise ->> 'at')::float8 / 1000), to_timestamp((c.promise ->> 'recordedAt')::float8 / 1000), c.promise ->> 'by', c.promise ->> 'reason',
  'open'
FROM cases c WHERE c.promise IS NOT NULL;
--> statement-breakpoint
UPDATE promises p SET state = j.state, why = j.why, ended_at = j.ended_at
FROM promises q CROSS JOIN LATERAL judge_promise(q, q.at <= dunlin_now()) j WHERE q.id = p.id;
--> statement-breakpoint
UPDATE cases c SET promise = c.promise || '{"isOver": true}'
FROM promises p WHERE p.shop_id = c.shop_id AND p.case_id = c.id AND p.state <> 'open' AND c.ended_at IS NULL;
--> statement-breakpoint
UPDATE buyers b SET wake_at = least(coalesce(b.wake_at, p.at), p.at)
FROM promises p JOIN cases c ON c.shop_id = p.shop_id AND c.id = p.case_id
WHERE p.state = 'open' AND b.shop_id = c.shop_id AND b.id = c.buyer_id;
--> statement-breakpoint
-- A promise is a task only when it is broken.
DELETE FROM tasks t USING promises p
WHERE t.shop_id = p.shop_id AND t.case_id = p.case_id AND p.state = 'open' AND t.kind = 'promise' AND t.ended_at IS NULL AND t.lease_until IS NULL
  AND t.due_at > dunlin_now() AND NOT EXISTS (SELECT FROM touches s WHERE s.task_id = t.id);
--> statement-breakpoint
-- As in 0039_desk.sql, but a task about a broken promise stays when the case goes back to the reminders, and it ends with a case that is no person's.
CREATE OR REPLACE FUNCTION desk_task() RETURNS trigger LANGUAGE plpgsql AS $$
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
    WHERE shop_id = NEW.shop_id AND case_id = NEW.id AND ended_at IS NULL AND (NEW.ended_at IS NOT NULL OR kind <> 'promise');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER desk_task_of_promise_ends AFTER UPDATE ON cases FOR EACH ROW
WHEN (OLD.promise IS NOT NULL AND NOT OLD.manual AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION desk_task();
--> statement-breakpoint
-- The time of a promise comes, or its case ends. A broken promise is a task; one that the case has already is due now.
CREATE FUNCTION desk_promise() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  broken timestamptz;
BEGIN
  WITH judged AS (
    SELECT p.id, j.* FROM promises p CROSS JOIN LATERAL judge_promise(p, NEW.promise ? 'isOver') j
    WHERE p.shop_id = NEW.shop_id AND p.case_id = NEW.id AND p.state = 'open' AND j.state <> 'open')
  UPDATE promises p SET state = j.state, why = j.why, ended_at = j.ended_at FROM judged j WHERE p.id = j.id
  RETURNING CASE WHEN p.state = 'broken' THEN p.at END INTO broken;
  IF broken IS NOT NULL AND NEW.ended_at IS NULL THEN
    INSERT INTO tasks AS t (id, shop_id, case_id, kind, created_at, due_at)
    VALUES (gen_random_uuid(), NEW.shop_id, NEW.id, 'promise', dunlin_now(), broken)
    ON CONFLICT (shop_id, case_id) WHERE ended_at IS NULL DO UPDATE SET due_at = least(t.due_at, broken), version = t.version + 1;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER desk_upholds_promise AFTER UPDATE ON cases FOR EACH ROW
WHEN (OLD.promise IS NOT NULL AND OLD.ended_at IS NULL AND (NEW.ended_at IS NOT NULL OR (NEW.promise ? 'isOver' AND NOT OLD.promise ? 'isOver')))
EXECUTE FUNCTION desk_promise();
