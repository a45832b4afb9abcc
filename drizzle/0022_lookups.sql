CREATE TABLE "lookups" (
	"shop_id" text NOT NULL,
	"delivery_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"sent_by" timestamp with time zone NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"lease" uuid,
	"asked" integer DEFAULT 0 NOT NULL,
	"absent_at" timestamp with time zone,
	"unanswered" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "lookups_shop_id_delivery_id_pk" PRIMARY KEY("shop_id","delivery_id")
);
--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "to_hash" "bytea";--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "sealed_message" "bytea";--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "lookup" jsonb;--> statement-breakpoint
ALTER TABLE "deliveries" ALTER COLUMN "sealed_message" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "deliveries" ALTER COLUMN "lookup" SET STATISTICS 0;--> statement-breakpoint
CREATE INDEX "lookups_next" ON "lookups" USING btree ("next_at");