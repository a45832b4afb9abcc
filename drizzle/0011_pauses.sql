CREATE TABLE "pauses" (
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"paused_at" timestamp with time zone NOT NULL,
	"paused_until" timestamp with time zone,
	CONSTRAINT "pauses_kind_name_pk" PRIMARY KEY("kind","name")
);
--> statement-breakpoint
ALTER TABLE "campaigns" ADD COLUMN "paused_until" timestamp with time zone;