ALTER TABLE "reminders" ADD COLUMN "seq" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE "reminders" r SET "seq" = n.place - 1
FROM (
	SELECT shop_id, id, row_number() OVER (PARTITION BY shop_id, case_id, step ORDER BY decided_at NULLS LAST, id) AS place
	FROM "reminders" WHERE step IS NOT NULL
) n
WHERE n.place > 1 AND r.shop_id = n.shop_id AND r.id = n.id;--> statement-breakpoint
DROP INDEX "reminders_one_planned";--> statement-breakpoint
CREATE UNIQUE INDEX "reminders_of_step" ON "reminders" USING btree ("shop_id","case_id","step","seq");
