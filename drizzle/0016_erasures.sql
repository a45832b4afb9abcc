CREATE TABLE "erasures" (
	"shop_id" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"buyer_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "erasures_shop_id_hash_pk" PRIMARY KEY("shop_id","hash")
);
--> statement-breakpoint
ALTER TABLE "buyers" ADD COLUMN "erased_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "erasures_at" ON "erasures" USING btree ("at");