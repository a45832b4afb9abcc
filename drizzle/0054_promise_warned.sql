-- expands
ALTER TABLE "promises" ADD COLUMN "warned" boolean DEFAULT false NOT NULL;