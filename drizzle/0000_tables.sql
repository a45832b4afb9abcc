CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"who" text NOT NULL,
	"via" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"from_version" integer,
	"to_version" integer,
	"note" text
);
--> statement-breakpoint
CREATE TABLE "buyers" (
	"shop_id" text NOT NULL,
	"id" uuid NOT NULL,
	"platform_id" text,
	"bucket" integer NOT NULL,
	"profile" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"wake_at" timestamp with time zone,
	"touched" boolean DEFAULT false NOT NULL,
	"merged_into" uuid,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "buyers_shop_id_id_pk" PRIMARY KEY("shop_id","id")
);
--> statement-breakpoint
CREATE TABLE "campaign_versions" (
	"campaign" text NOT NULL,
	"number" integer NOT NULL,
	"digest" text NOT NULL,
	"files" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"source" text NOT NULL,
	"from_version" integer,
	"note" text,
	CONSTRAINT "campaign_versions_campaign_number_pk" PRIMARY KEY("campaign","number")
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"key" text PRIMARY KEY NOT NULL,
	"current" integer NOT NULL,
	"paused_at" timestamp with time zone,
	"retired_at" timestamp with time zone,
	"applied_digest" text
);
--> statement-breakpoint
CREATE TABLE "cases" (
	"shop_id" text NOT NULL,
	"id" uuid NOT NULL,
	"buyer_id" uuid NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"campaign" text,
	"had_plan" boolean DEFAULT false NOT NULL,
	"manual" boolean DEFAULT false NOT NULL,
	"promise" jsonb,
	"departures" jsonb,
	"whole_reason" text,
	"whole_at" timestamp with time zone,
	CONSTRAINT "cases_shop_id_id_pk" PRIMARY KEY("shop_id","id")
);
--> statement-breakpoint
CREATE TABLE "channel_slots" (
	"channel" text PRIMARY KEY NOT NULL,
	"next_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"shop_id" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"buyer_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"cipher" "bytea" NOT NULL,
	"key_id" text NOT NULL,
	"told_at" timestamp with time zone NOT NULL,
	"told_id" text NOT NULL,
	CONSTRAINT "contacts_shop_id_hash_pk" PRIMARY KEY("shop_id","hash")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"shop_id" text NOT NULL,
	"id" uuid NOT NULL,
	"reminder_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"attempt" integer NOT NULL,
	"state" text NOT NULL,
	"campaign_version" text,
	"variant" text,
	"claimed_at" timestamp with time zone NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"template" text,
	"template_version" text,
	"message_id" text,
	"segments" integer,
	"cost_micros" bigint,
	"cost_currency" text,
	"code" text,
	"message" text,
	CONSTRAINT "deliveries_shop_id_id_pk" PRIMARY KEY("shop_id","id")
);
--> statement-breakpoint
CREATE TABLE "order_events" (
	"shop_id" text NOT NULL,
	"id" text NOT NULL,
	"order_id" text NOT NULL,
	"type" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"told" jsonb NOT NULL,
	CONSTRAINT "order_events_shop_id_id_pk" PRIMARY KEY("shop_id","id")
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"shop_id" text NOT NULL,
	"id" text NOT NULL,
	"buyer_id" uuid,
	"case_id" uuid,
	"status" text NOT NULL,
	"in_case" boolean DEFAULT false NOT NULL,
	"amount" bigint,
	"currency" text,
	"created_at" timestamp with time zone,
	"closes_at" timestamp with time zone,
	"chase_from" timestamp with time zone,
	"cash_on_delivery" boolean DEFAULT false NOT NULL,
	"paid_at" timestamp with time zone,
	"refunded_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"told_at" timestamp with time zone,
	"details" jsonb NOT NULL,
	"settled" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "orders_shop_id_id_pk" PRIMARY KEY("shop_id","id")
);
--> statement-breakpoint
CREATE TABLE "recoveries" (
	"shop_id" text NOT NULL,
	"order_id" text NOT NULL,
	"reminder_id" uuid NOT NULL,
	"amount" bigint NOT NULL,
	"currency" text NOT NULL,
	"reminded_at" timestamp with time zone NOT NULL,
	"paid_at" timestamp with time zone NOT NULL,
	CONSTRAINT "recoveries_shop_id_order_id_pk" PRIMARY KEY("shop_id","order_id")
);
--> statement-breakpoint
CREATE TABLE "reminders" (
	"shop_id" text NOT NULL,
	"id" uuid NOT NULL,
	"case_id" uuid NOT NULL,
	"buyer_id" uuid NOT NULL,
	"campaign" text,
	"campaign_version" text,
	"step" text,
	"variant" text,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"due_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"orders" text[] NOT NULL,
	"plan" jsonb,
	"attributed_until" timestamp with time zone,
	"retry_at" timestamp with time zone,
	"retry_channel" text,
	CONSTRAINT "reminders_shop_id_id_pk" PRIMARY KEY("shop_id","id")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"shop_id" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"source" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "suppressions_shop_id_hash_pk" PRIMARY KEY("shop_id","hash")
);
--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_current" FOREIGN KEY ("key","current") REFERENCES "public"."campaign_versions"("campaign","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys" USING btree ("hash");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_name" ON "api_keys" USING btree ("name");--> statement-breakpoint
CREATE UNIQUE INDEX "buyers_platform_id" ON "buyers" USING btree ("shop_id","platform_id") WHERE platform_id is not null;--> statement-breakpoint
CREATE INDEX "buyers_merged" ON "buyers" USING btree ("shop_id","merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "buyers_due" ON "buyers" USING btree ("wake_at") WHERE wake_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "cases_one_open" ON "cases" USING btree ("shop_id","buyer_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "contacts_buyer" ON "contacts" USING btree ("shop_id","buyer_id");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_one_standing" ON "deliveries" USING btree ("shop_id","reminder_id") WHERE state in ('claimed', 'accepted', 'unknown');--> statement-breakpoint
CREATE INDEX "deliveries_reminder" ON "deliveries" USING btree ("shop_id","reminder_id");--> statement-breakpoint
CREATE INDEX "deliveries_lease" ON "deliveries" USING btree ("lease_until") WHERE state = 'claimed';--> statement-breakpoint
CREATE INDEX "order_events_order" ON "order_events" USING btree ("shop_id","order_id");--> statement-breakpoint
CREATE INDEX "orders_buyer" ON "orders" USING btree ("shop_id","buyer_id");--> statement-breakpoint
CREATE INDEX "recoveries_reminder" ON "recoveries" USING btree ("shop_id","reminder_id");--> statement-breakpoint
CREATE UNIQUE INDEX "reminders_one_planned" ON "reminders" USING btree ("shop_id","case_id","step") WHERE decided_at is null;--> statement-breakpoint
CREATE INDEX "reminders_buyer" ON "reminders" USING btree ("shop_id","buyer_id");--> statement-breakpoint
CREATE INDEX "reminders_retry" ON "reminders" USING btree ("retry_at") WHERE retry_at is not null;