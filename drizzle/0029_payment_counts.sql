CREATE TABLE "payment_counts" (
	"shop_id" text NOT NULL,
	"method" text NOT NULL,
	"span" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"orders" integer NOT NULL,
	"unpaid" integer NOT NULL,
	CONSTRAINT "payment_counts_shop_id_method_span_at_pk" PRIMARY KEY("shop_id","method","span","at")
);

--> statement-breakpoint
-- The guard asks for the events of the last minutes, which otherwise lie in a part that the index covers only after a vacuum.
ALTER INDEX "order_events_received" SET (autosummarize = on);
