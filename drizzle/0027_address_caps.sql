DROP INDEX "deliveries_address";--> statement-breakpoint
CREATE INDEX "deliveries_address" ON "deliveries" USING btree ("channel","to_hash","claimed_at") WHERE to_hash is not null;--> statement-breakpoint
ALTER TABLE "deliveries" DROP COLUMN "address";