CREATE TABLE "task_draws" (
	"id" uuid PRIMARY KEY NOT NULL,
	"task_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"how" text NOT NULL,
	"candidates" text[] NOT NULL,
	"drawn" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "assigned_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "drawn_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "task_draws_task" ON "task_draws" USING btree ("task_id");--> statement-breakpoint
CREATE INDEX "tasks_undrawn" ON "tasks" USING btree ("created_at","id") WHERE ended_at is null and assignee is null;--> statement-breakpoint
CREATE INDEX "tasks_assignee" ON "tasks" USING btree ("assignee") WHERE ended_at is null and assignee is not null;