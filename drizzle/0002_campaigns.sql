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
ALTER TABLE "deliveries" ADD COLUMN "campaign_version" text;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "variant" text;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "template_version" text;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_current" FOREIGN KEY ("key","current") REFERENCES "public"."campaign_versions"("campaign","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- Reminders and deliveries name a version for good: what it says must never change under them.
CREATE FUNCTION dunlin_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% % of % never changes: make a new version', TG_TABLE_NAME, OLD.number, OLD.campaign;
END $$;
--> statement-breakpoint
CREATE TRIGGER campaign_versions_immutable BEFORE UPDATE ON campaign_versions FOR EACH ROW EXECUTE FUNCTION dunlin_refuse_update();
