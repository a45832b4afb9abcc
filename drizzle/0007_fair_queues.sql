DROP INDEX "buyers_waiting";--> statement-breakpoint
CREATE INDEX "buyers_due_of_shop" ON "buyers" USING btree ("shop_id","wake_at") WHERE wake_at is not null;--> statement-breakpoint
CREATE INDEX "buyers_waiting_of_shop" ON "buyers" USING btree ("waits_for","shop_id","waits_since") WHERE waits_for is not null;