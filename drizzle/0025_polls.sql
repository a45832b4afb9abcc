CREATE TABLE "polls" (
	"shop_id" text NOT NULL,
	"source" text NOT NULL,
	"cursor" timestamp with time zone,
	"next_at" timestamp with time zone NOT NULL,
	"owner" uuid,
	"lease_until" timestamp with time zone,
	"polled_at" timestamp with time zone,
	"failures" integer NOT NULL,
	"fault" text,
	"failed_at" timestamp with time zone,
	CONSTRAINT "polls_shop_id_source_pk" PRIMARY KEY("shop_id","source")
);
