-- expands
CREATE TABLE "desk_arms" (
	"shop_id" text NOT NULL,
	"case_id" uuid NOT NULL,
	"campaign" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"share" double precision NOT NULL,
	"holdout" double precision NOT NULL,
	"kept" boolean NOT NULL,
	"held" boolean NOT NULL,
	"window_ms" bigint NOT NULL,
	"orders" text[] NOT NULL,
	CONSTRAINT "desk_arms_shop_id_case_id_pk" PRIMARY KEY("shop_id","case_id")
);
--> statement-breakpoint
CREATE INDEX "desk_arms_at" ON "desk_arms" USING brin ("at");--> statement-breakpoint
CREATE INDEX "recoveries_staff_paid" ON "recoveries" USING btree ("paid_at") WHERE staff is not null;