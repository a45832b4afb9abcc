ALTER TABLE "cases" ADD COLUMN "promise" jsonb;--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "departures" jsonb;