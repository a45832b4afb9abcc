-- expands
-- Columns of the migration before, which older versions do not know, for the tasks that are to be done now: no more than people can do.
DO $$ BEGIN
  UPDATE tasks t SET (closes_at, total) = (
    SELECT coalesce(min(o.closes_at), 'infinity'), least(coalesce(sum(o.amount), 0), 9007199254740991)
    FROM cases c JOIN orders o ON o.shop_id = c.shop_id AND o.buyer_id = c.buyer_id AND o.case_id = c.id AND o.in_case
    WHERE c.shop_id = t.shop_id AND c.id = t.case_id)
  WHERE t.ended_at IS NULL;
END $$;
