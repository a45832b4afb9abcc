CREATE TABLE "kept_receipts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"channel" text NOT NULL,
	"receipt" jsonb NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"tries" integer NOT NULL,
	"next_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "message_ids" (
	"channel" text NOT NULL,
	"message_id" text NOT NULL,
	"shop_id" text NOT NULL,
	"delivery_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "message_ids_channel_message_id_pk" PRIMARY KEY("channel","message_id")
);
--> statement-breakpoint
CREATE TABLE "wishes" (
	"shop_id" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"opted_out" boolean NOT NULL,
	CONSTRAINT "wishes_shop_id_hash_pk" PRIMARY KEY("shop_id","hash")
);
--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "receipt" jsonb;--> statement-breakpoint
CREATE INDEX "kept_receipts_next" ON "kept_receipts" USING btree ("next_at");--> statement-breakpoint
CREATE INDEX "message_ids_at" ON "message_ids" USING brin ("at");--> statement-breakpoint
CREATE INDEX "deliveries_id" ON "deliveries" USING btree ("id");