-- Stop old workers first: they do not see what is settled here, and would remind of it again.
ALTER TABLE "buyers" ADD COLUMN "settled" json;--> statement-breakpoint
ALTER TABLE "buyers" ALTER COLUMN "settled" SET STATISTICS 0;
