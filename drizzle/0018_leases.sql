CREATE TABLE "leases" (
	"id" uuid PRIMARY KEY NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"shops" text[] NOT NULL,
	"deliveries" uuid[] NOT NULL
);
--> statement-breakpoint
DROP INDEX "deliveries_one_standing";--> statement-breakpoint
DROP INDEX "deliveries_reminder";--> statement-breakpoint
DROP INDEX "deliveries_lease";--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "standing" boolean GENERATED ALWAYS AS (case when state in ('claimed', 'accepted', 'unknown') then true end) STORED;--> statement-breakpoint
CREATE INDEX "leases_until" ON "leases" USING btree ("until");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_of_reminder" ON "deliveries" USING btree ("shop_id","reminder_id","standing");--> statement-breakpoint
INSERT INTO "leases" SELECT gen_random_uuid(), lease_until, array_agg(shop_id), array_agg(id) FROM deliveries WHERE state = 'claimed' GROUP BY lease_until;--> statement-breakpoint
-- Room on the page: a delivery more than doubles when its outcome is recorded, a reminder is recorded after it was decided, an order is
-- settled, paid or closed.
ALTER TABLE "deliveries" SET (fillfactor = 30);--> statement-breakpoint
ALTER TABLE "reminders" SET (fillfactor = 60);--> statement-breakpoint
ALTER TABLE "orders" SET (fillfactor = 50);
