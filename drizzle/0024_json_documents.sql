-- These documents are written and read as a whole. As json they are stored as they come.
ALTER TABLE "buyers" ALTER COLUMN "profile" DROP DEFAULT, ALTER COLUMN "profile" SET DATA TYPE json, ALTER COLUMN "profile" SET DEFAULT '{}'::json;--> statement-breakpoint
ALTER TABLE "order_events" ALTER COLUMN "told" SET DATA TYPE json;--> statement-breakpoint
ALTER TABLE "orders" ALTER COLUMN "settled" DROP DEFAULT, ALTER COLUMN "details" SET DATA TYPE json, ALTER COLUMN "settled" SET DATA TYPE json, ALTER COLUMN "settled" SET DEFAULT '{}'::json;--> statement-breakpoint
ALTER TABLE "reminders" ALTER COLUMN "plan" SET DATA TYPE json;
