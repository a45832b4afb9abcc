ALTER TABLE "orders" ADD COLUMN "number" text;--> statement-breakpoint
CREATE INDEX "orders_number" ON "orders" USING btree ("shop_id","number") WHERE number is not null;