CREATE TABLE "exposures" (
	"shop_id" text NOT NULL,
	"case_id" uuid NOT NULL,
	"campaign" text NOT NULL,
	"buyer_id" uuid NOT NULL,
	"campaign_version" text NOT NULL,
	"share" double precision NOT NULL,
	"held" boolean NOT NULL,
	"variant" text,
	"at" timestamp with time zone NOT NULL,
	"previous_at" timestamp with time zone,
	"window_ms" bigint NOT NULL,
	"orders" text[] NOT NULL,
	"amounts" bigint[] NOT NULL,
	"currencies" text[] NOT NULL,
	"paid" bigint[],
	CONSTRAINT "exposures_shop_id_case_id_campaign_pk" PRIMARY KEY("shop_id","case_id","campaign")
);
--> statement-breakpoint
CREATE INDEX "exposures_buyer" ON "exposures" USING btree ("shop_id","buyer_id","campaign");--> statement-breakpoint
CREATE INDEX "exposures_at" ON "exposures" USING brin ("at");--> statement-breakpoint
ALTER TABLE "reminders" DROP COLUMN "intended";--> statement-breakpoint
-- Room on the page: it is written once more when an order is paid.
ALTER TABLE "exposures" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "exposures" ALTER COLUMN "orders" SET STATISTICS 0, ALTER COLUMN "amounts" SET STATISTICS 0, ALTER COLUMN "currencies" SET STATISTICS 0, ALTER COLUMN "paid" SET STATISTICS 0;
