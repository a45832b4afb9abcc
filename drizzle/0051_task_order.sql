-- expands
ALTER TABLE "tasks" ADD COLUMN "closes_at" timestamp with time zone DEFAULT 'infinity' NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "total" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
-- What a case has now, for the task of it that is to be done. Both numbers come from orders, which are written under the lock of the buyer, as tasks are.
CREATE FUNCTION desk_task_made() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
BEGIN
  SELECT coalesce(min(o.closes_at), 'infinity'), least(coalesce(sum(o.amount), 0), 9007199254740991) INTO NEW.closes_at, NEW.total
  FROM cases c JOIN orders o ON o.shop_id = c.shop_id AND o.buyer_id = c.buyer_id AND o.case_id = c.id AND o.in_case
  WHERE c.shop_id = NEW.shop_id AND c.id = NEW.case_id;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER desk_task_made BEFORE INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION desk_task_made();
--> statement-breakpoint
-- Of a whole statement at once. Few cases have a task, and `tasks_of_case` has these alone. The buyer is that of the order: when two are merged, the
-- case follows later.
CREATE FUNCTION desk_orders_changed() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM tasks WHERE ended_at IS NULL) THEN RETURN NULL; END IF;
  UPDATE tasks t SET (closes_at, total) = (
    SELECT coalesce(min(o.closes_at), 'infinity'), least(coalesce(sum(o.amount), 0), 9007199254740991)
    FROM orders o WHERE o.shop_id = n.shop_id AND o.buyer_id = n.buyer_id AND o.case_id = n.case_id AND o.in_case)
  FROM new_rows n
  WHERE t.shop_id = n.shop_id AND t.case_id = n.case_id AND t.ended_at IS NULL;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER desk_orders_made AFTER INSERT ON orders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION desk_orders_changed();
--> statement-breakpoint
CREATE TRIGGER desk_orders_changed AFTER UPDATE ON orders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION desk_orders_changed();
--> statement-breakpoint
-- An order that leaves a case with others in it: its buyer turned out to be two.
CREATE FUNCTION desk_order_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE tasks t SET (closes_at, total) = (
    SELECT coalesce(min(o.closes_at), 'infinity'), least(coalesce(sum(o.amount), 0), 9007199254740991)
    FROM orders o WHERE o.shop_id = OLD.shop_id AND o.buyer_id = OLD.buyer_id AND o.case_id = OLD.case_id AND o.in_case)
  WHERE t.shop_id = OLD.shop_id AND t.case_id = OLD.case_id AND t.ended_at IS NULL;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER desk_order_left AFTER UPDATE ON orders FOR EACH ROW
WHEN (OLD.case_id IS NOT NULL AND NEW.case_id IS NULL) EXECUTE FUNCTION desk_order_left();
