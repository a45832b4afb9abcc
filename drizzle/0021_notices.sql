CREATE TABLE "channel_states" (
	"channel" text PRIMARY KEY NOT NULL,
	"checked_at" timestamp with time zone NOT NULL,
	"findings" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chores" (
	"name" text PRIMARY KEY NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"lease_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"receiver" text NOT NULL,
	"matter" text NOT NULL,
	"occurrence" text NOT NULL,
	"text" text NOT NULL,
	"count" integer NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"notice_id" uuid NOT NULL,
	"due_at" timestamp with time zone,
	"sent_at" timestamp with time zone,
	"lease_until" timestamp with time zone,
	"unsure" integer DEFAULT 0 NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"code" text,
	CONSTRAINT "notices_receiver_matter_pk" PRIMARY KEY("receiver","matter")
);
--> statement-breakpoint
CREATE INDEX "notices_due" ON "notices" USING btree ("due_at");