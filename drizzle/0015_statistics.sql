-- No statement looks into these columns for a condition that an index serves, and to sort them was most of the work of an ANALYZE.
ALTER TABLE "buyers" ALTER COLUMN "profile" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "orders" ALTER COLUMN "details" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "orders" ALTER COLUMN "settled" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "order_events" ALTER COLUMN "told" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "reminders" ALTER COLUMN "plan" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "reminders" ALTER COLUMN "orders" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "reminders" ALTER COLUMN "intended" SET STATISTICS 0;--> statement-breakpoint
ALTER TABLE "deliveries" ALTER COLUMN "sealed_text" SET STATISTICS 0;
