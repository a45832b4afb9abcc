CREATE TABLE "unlisted_codes" (
	"channel" text NOT NULL,
	"code" text NOT NULL,
	"count" bigint NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "unlisted_codes_channel_code_pk" PRIMARY KEY("channel","code")
);
--> statement-breakpoint
ALTER TABLE "pauses" ADD COLUMN "code" text;--> statement-breakpoint
ALTER TABLE "pauses" ADD COLUMN "reason" text;