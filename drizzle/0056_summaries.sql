-- expands
-- As 0029_payment_counts.sql did for events: without it, queries by time read all rows since the last VACUUM, which a table that only grows rarely gets.
ALTER INDEX "exposures_at" SET (autosummarize = on);--> statement-breakpoint
ALTER INDEX "desk_arms_at" SET (autosummarize = on);--> statement-breakpoint
ALTER INDEX "message_ids_at" SET (autosummarize = on);
