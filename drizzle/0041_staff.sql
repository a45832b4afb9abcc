CREATE TABLE "shifts" (
	"person" text NOT NULL,
	"place" integer NOT NULL,
	"weekdays" text[] NOT NULL,
	"starts" text NOT NULL,
	"ends" text NOT NULL,
	"zone" text NOT NULL,
	CONSTRAINT "shifts_person_place_pk" PRIMARY KEY("person","place")
);
--> statement-breakpoint
CREATE TABLE "staff" (
	"name" text PRIMARY KEY NOT NULL,
	"place" integer NOT NULL,
	"shops" text[] NOT NULL,
	"languages" text[] NOT NULL,
	"teams" text[] NOT NULL,
	"max_open" integer NOT NULL,
	"cost_per_hour" numeric,
	"cost_currency" text,
	"active" boolean NOT NULL
);
