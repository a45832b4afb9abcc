ALTER TABLE "contacts" ALTER COLUMN "buyer_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "reporters" text;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "shared_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "contacts_shared" ON "contacts" USING btree ("shop_id","hash") WHERE buyer_id is null;