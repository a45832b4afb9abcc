-- One index less to write with each exposure and each reminder. The tables are locked while the others are built. Stop old workers first: they name
-- the old key of the exposures.
DROP INDEX "exposures_buyer";--> statement-breakpoint
ALTER TABLE "exposures" DROP CONSTRAINT "exposures_shop_id_case_id_campaign_pk";--> statement-breakpoint
ALTER TABLE "exposures" ADD CONSTRAINT "exposures_shop_id_buyer_id_campaign_case_id_pk" PRIMARY KEY("shop_id","buyer_id","campaign","case_id");--> statement-breakpoint
DROP INDEX "reminders_of_step";--> statement-breakpoint
CREATE UNIQUE INDEX "reminders_of_step" ON "reminders" USING btree ("shop_id","buyer_id","case_id","step","seq");--> statement-breakpoint
DROP INDEX "reminders_buyer";
