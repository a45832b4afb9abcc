ALTER TABLE "suppressions" ADD COLUMN "id" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "suppressions" ADD COLUMN "kind" text;--> statement-breakpoint
ALTER TABLE "suppressions" ADD COLUMN "masked" "bytea";--> statement-breakpoint
ALTER TABLE "suppressions" ADD COLUMN "reason" text DEFAULT 'manual' NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "suppressions_id" ON "suppressions" USING btree ("id");--> statement-breakpoint
CREATE INDEX "suppressions_shop" ON "suppressions" USING btree ("shop_id","id");