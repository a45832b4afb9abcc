CREATE TABLE "channel_outages" (
	"channel" text PRIMARY KEY NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"code" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tallies" (
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"sends" integer NOT NULL,
	"rejected" integer NOT NULL,
	"invalid" integer NOT NULL,
	"opt_outs" integer NOT NULL,
	CONSTRAINT "tallies_kind_name_at_pk" PRIMARY KEY("kind","name","at")
);
--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "pause_source" text;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "pause_code" text;--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "pause_reason" text;--> statement-breakpoint
ALTER TABLE "pauses" ADD COLUMN "source" text DEFAULT 'person' NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "address" "bytea";--> statement-breakpoint
CREATE INDEX "deliveries_address" ON "deliveries" USING btree ("channel","address","claimed_at") WHERE address is not null;--> statement-breakpoint
UPDATE "pauses" SET "source" = 'fault' WHERE "code" IS NOT NULL;
