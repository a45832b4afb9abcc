ALTER TABLE "buyers" ADD COLUMN "waits_for" text;--> statement-breakpoint
ALTER TABLE "buyers" ADD COLUMN "waits_since" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "buyers_waiting" ON "buyers" USING btree ("waits_for","waits_since") WHERE waits_for is not null;