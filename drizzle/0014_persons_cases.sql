ALTER TABLE "cases" ADD COLUMN "manual_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "back_at" timestamp with time zone;--> statement-breakpoint
-- A person's case of an earlier version: its campaign now says when it goes back to the reminders.
UPDATE "cases" SET "manual_at" = CASE WHEN "whole_reason" = 'manual' THEN COALESCE("whole_at", "opened_at") ELSE "opened_at" END WHERE "manual";--> statement-breakpoint
UPDATE "buyers" b SET "touched" = true, "wake_at" = dunlin_now()
  FROM "cases" c WHERE c."shop_id" = b."shop_id" AND c."buyer_id" = b."id" AND c."manual" AND c."ended_at" IS NULL;
