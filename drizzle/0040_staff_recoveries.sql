ALTER TABLE "recoveries" ALTER COLUMN "reminder_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "recoveries" ADD COLUMN "staff" text;--> statement-breakpoint
CREATE INDEX "tasks_case" ON "tasks" USING btree ("shop_id","case_id");