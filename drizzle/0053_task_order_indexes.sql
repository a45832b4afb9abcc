-- expands, outside a transaction
DROP INDEX CONCURRENTLY IF EXISTS tasks_closes;
--> statement-breakpoint
CREATE INDEX CONCURRENTLY "tasks_closes" ON "tasks" USING btree ("closes_at","id") WHERE ended_at is null;
--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS tasks_total;
--> statement-breakpoint
CREATE INDEX CONCURRENTLY "tasks_total" ON "tasks" USING btree ("total","id") WHERE ended_at is null;
--> statement-breakpoint
DROP INDEX CONCURRENTLY IF EXISTS touches_of_person;
--> statement-breakpoint
CREATE INDEX CONCURRENTLY "touches_of_person" ON "touches" USING btree ("who","at");
