ALTER TABLE "campaigns" ADD COLUMN "pause_note" text;--> statement-breakpoint
ALTER TABLE "pauses" ADD COLUMN "note" text;