ALTER TABLE "contacts" ADD COLUMN "address" "bytea";--> statement-breakpoint
CREATE INDEX "contacts_address" ON "contacts" USING btree ("shop_id","address") WHERE address is not null;