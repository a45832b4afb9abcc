-- The time at which a promise was recorded is called so in the stored promise, too.
UPDATE "cases" SET "promise" = ("promise" - 'toldAt') || jsonb_build_object('recordedAt', "promise" -> 'toldAt')
WHERE "promise" ? 'toldAt';
