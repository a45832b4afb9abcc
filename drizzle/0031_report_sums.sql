CREATE TABLE "exposure_changes" (
	"shop_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "exposure_sums" (
	"shop_id" text NOT NULL,
	"day" timestamp with time zone NOT NULL,
	"campaign" text NOT NULL,
	"campaign_version" text NOT NULL,
	"share" double precision NOT NULL,
	"held" boolean NOT NULL,
	"variant" text,
	"previous_day" timestamp with time zone,
	"currency" text NOT NULL,
	"buyers" integer NOT NULL,
	"paid" integer NOT NULL,
	"m" double precision NOT NULL,
	"s" double precision NOT NULL,
	"mm" double precision NOT NULL,
	"ss" double precision NOT NULL,
	"ms" double precision NOT NULL,
	"stake" double precision NOT NULL,
	"got" double precision NOT NULL,
	"squares" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "report_changes" (
	"shop_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"campaign" text DEFAULT '' NOT NULL,
	"campaign_version" text DEFAULT '' NOT NULL,
	"step" text DEFAULT '' NOT NULL,
	"variant" text DEFAULT '' NOT NULL,
	"cost_currency" text DEFAULT '' NOT NULL,
	"orders" bigint DEFAULT 0 NOT NULL,
	"cases" bigint DEFAULT 0 NOT NULL,
	"manual" bigint DEFAULT 0 NOT NULL,
	"waiting" bigint DEFAULT 0 NOT NULL,
	"planned" bigint DEFAULT 0 NOT NULL,
	"sent" bigint DEFAULT 0 NOT NULL,
	"skipped" bigint DEFAULT 0 NOT NULL,
	"cancelled" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"unknown" bigint DEFAULT 0 NOT NULL,
	"named" bigint DEFAULT 0 NOT NULL,
	"reminded" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"opt_outs" bigint DEFAULT 0 NOT NULL,
	"segments" bigint DEFAULT 0 NOT NULL,
	"cost_micros" numeric DEFAULT '0' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "report_hours" (
	"shop_id" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"campaign" text DEFAULT '' NOT NULL,
	"campaign_version" text DEFAULT '' NOT NULL,
	"step" text DEFAULT '' NOT NULL,
	"variant" text DEFAULT '' NOT NULL,
	"cost_currency" text DEFAULT '' NOT NULL,
	"orders" bigint DEFAULT 0 NOT NULL,
	"cases" bigint DEFAULT 0 NOT NULL,
	"manual" bigint DEFAULT 0 NOT NULL,
	"waiting" bigint DEFAULT 0 NOT NULL,
	"planned" bigint DEFAULT 0 NOT NULL,
	"sent" bigint DEFAULT 0 NOT NULL,
	"skipped" bigint DEFAULT 0 NOT NULL,
	"cancelled" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"unknown" bigint DEFAULT 0 NOT NULL,
	"named" bigint DEFAULT 0 NOT NULL,
	"reminded" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"opt_outs" bigint DEFAULT 0 NOT NULL,
	"segments" bigint DEFAULT 0 NOT NULL,
	"cost_micros" numeric DEFAULT '0' NOT NULL,
	CONSTRAINT "report_hours_shop_id_at_campaign_campaign_version_step_variant_cost_currency_pk" PRIMARY KEY("shop_id","at","campaign","campaign_version","step","variant","cost_currency")
);
--> statement-breakpoint
CREATE TABLE "report_zones" (
	"shop_id" text PRIMARY KEY NOT NULL,
	"zone" text NOT NULL,
	"exposures_until" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "counted_for" text;--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "counted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "opted_out_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "recoveries" ADD COLUMN "campaign" text;--> statement-breakpoint
ALTER TABLE "recoveries" ADD COLUMN "campaign_version" text;--> statement-breakpoint
ALTER TABLE "recoveries" ADD COLUMN "step" text;--> statement-breakpoint
ALTER TABLE "recoveries" ADD COLUMN "variant" text;--> statement-breakpoint
ALTER TABLE "recoveries" ADD COLUMN "sent" boolean DEFAULT true NOT NULL;--> statement-breakpoint
CREATE INDEX "exposure_sums_day" ON "exposure_sums" USING btree ("shop_id","day");--> statement-breakpoint
-- What is stored already. Its sums are made by `upkeep`, shop by shop, as it finds shops without a row in report_zones.
WITH over AS (SELECT DISTINCT shop_id, case_id FROM reminders WHERE step IS NULL AND reason = 'closed')
UPDATE orders o SET counted_for = coalesce(c.campaign, '') FROM cases c
WHERE c.shop_id = o.shop_id AND c.id = o.case_id
  AND NOT EXISTS (SELECT FROM over x WHERE x.shop_id = o.shop_id AND x.case_id = o.case_id);
--> statement-breakpoint
-- A case does not count if its order was over when it was received, or if a merge of buyers left it empty.
WITH over AS (
  SELECT DISTINCT shop_id, case_id FROM reminders WHERE step IS NULL AND reason = 'closed'
  UNION
  SELECT c.shop_id, c.id FROM buyers b JOIN cases c ON c.shop_id = b.shop_id AND c.buyer_id = b.merged_into
  WHERE c.ended_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM orders o WHERE o.shop_id = c.shop_id AND o.case_id = c.id)
    AND NOT EXISTS (SELECT FROM reminders r WHERE r.shop_id = c.shop_id AND r.buyer_id = c.buyer_id AND r.case_id = c.id)),
oldest AS (SELECT shop_id, case_id, min(created_at) AS created_at FROM orders WHERE case_id IS NOT NULL GROUP BY shop_id, case_id)
UPDATE cases c SET counted_at = coalesce(oldest.created_at, c.opened_at)
FROM cases each LEFT JOIN oldest ON oldest.shop_id = each.shop_id AND oldest.case_id = each.id
WHERE each.shop_id = c.shop_id AND each.id = c.id
  AND NOT EXISTS (SELECT FROM over x WHERE x.shop_id = c.shop_id AND x.case_id = c.id);
--> statement-breakpoint
UPDATE recoveries v SET campaign = r.campaign, campaign_version = r.campaign_version, step = r.step, variant = r.variant, sent = r.state = 'sent'
FROM reminders r WHERE r.shop_id = v.shop_id AND r.id = v.reminder_id;
--> statement-breakpoint
CREATE FUNCTION report_quarter(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT date_bin('15 minutes', at, '1900-01-01 00:00:00+00') $$;
--> statement-breakpoint
-- The first instant of the local day. Where clocks are set back at one o'clock, midnight comes twice, and PostgreSQL takes the second one.
CREATE FUNCTION report_day(at timestamptz, zone text) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN (date_trunc('day', at, zone) - interval '1 hour') AT TIME ZONE zone = date_trunc('day', at AT TIME ZONE zone)
    THEN date_trunc('day', at, zone) - interval '1 hour' ELSE date_trunc('day', at, zone) END
$$;
--> statement-breakpoint
-- Writes the triggers on one table: a statement adds what its new rows count, and takes away what its old ones did. `body` counts the rows of
-- `changed`, in which `sign` says which they are. A join of old and new rows would cost the square of their number under a plan that was
-- made for one row.
CREATE FUNCTION report_triggers(name text, columns text, body text) RETURNS void LANGUAGE plpgsql AS $make$
DECLARE
  event text;
  rows text;
  referencing text;
BEGIN
  FOR event, rows, referencing IN VALUES
    ('insert', format('select 1 as sign, %s from new_rows', columns), 'NEW TABLE AS new_rows'),
    ('update', format('select 1 as sign, %1$s from new_rows union all select -1, %1$s from old_rows', columns),
      'OLD TABLE AS old_rows NEW TABLE AS new_rows'),
    ('delete', format('select -1 as sign, %s from old_rows', columns), 'OLD TABLE AS old_rows')
  LOOP
    EXECUTE format($f$
      CREATE FUNCTION report_%1$s_%2$s() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET jit = off
      AS $body$ BEGIN %3$s RETURN NULL; END $body$ $f$, name, event, replace(body, '$changed', rows));
    EXECUTE format('CREATE TRIGGER report_%1$s AFTER %1$s ON %2$I REFERENCING %3$s FOR EACH STATEMENT EXECUTE FUNCTION report_%2$s_%1$s()',
      event, name, referencing);
  END LOOP;
END $make$;
--> statement-breakpoint
SELECT report_triggers('orders', 'shop_id, created_at, counted_for', $$
  INSERT INTO report_changes (shop_id, at, campaign, orders)
  SELECT shop_id, report_quarter(created_at), counted_for, sum(sign) FROM ($changed) r
  WHERE counted_for IS NOT NULL AND created_at IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(sign) <> 0;
$$);
--> statement-breakpoint
SELECT report_triggers('cases', 'shop_id, counted_at, campaign, manual, manual_at, ended_at', $$
  INSERT INTO report_changes (shop_id, at, campaign, cases, manual, waiting)
  SELECT shop_id, report_quarter(counted_at), coalesce(campaign, ''), sum(sign), sum(was_manual), sum(waits) FROM (
    SELECT *, CASE WHEN manual_at IS NOT NULL THEN sign ELSE 0 END AS was_manual,
      CASE WHEN manual AND ended_at IS NULL THEN sign ELSE 0 END AS waits FROM ($changed) r) r
  WHERE counted_at IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(sign) <> 0 OR sum(was_manual) <> 0 OR sum(waits) <> 0;
$$);
--> statement-breakpoint
SELECT report_triggers('reminders',
  'shop_id, id, buyer_id, campaign, campaign_version, step, variant, kind, state, reason, due_at, decided_at, orders', $$
DECLARE
  gains boolean;
  loses boolean;
  alone boolean := false;
BEGIN
  SELECT coalesce(bool_or(sign > 0), false), coalesce(bool_or(sign < 0), false) INTO gains, loses FROM ($changed) r WHERE state = 'sent';
  -- Most sends are the first that name their orders. Then these count with the send, and nothing has to be compared. OFFSET 0 has the other
  -- reminders of each buyer looked up in their index.
  IF gains AND NOT loses THEN
    SELECT count(*) = 0 INTO alone FROM new_rows n
    CROSS JOIN LATERAL (
      SELECT FROM reminders r WHERE r.shop_id = n.shop_id AND r.buyer_id = n.buyer_id AND r.state = 'sent' AND r.id <> n.id AND r.orders && n.orders
      OFFSET 0) r
    WHERE n.state = 'sent';
  END IF;
  INSERT INTO report_changes (shop_id, at, campaign, campaign_version, step, variant, planned, sent, skipped, cancelled, failed, unknown, named, reminded)
  SELECT shop_id, report_quarter(CASE WHEN kind = 'skip' THEN least(decided_at, due_at) ELSE coalesce(decided_at, due_at) END),
    coalesce(campaign, ''), coalesce(campaign_version, ''), coalesce(step, ''), coalesce(variant, ''),
    sum(sign), sum(is_sent), sum(is_skipped - is_cancelled), sum(is_cancelled), sum(is_failed), sum(is_unknown), sum(is_sent * cardinality(orders)),
    CASE WHEN alone THEN sum(is_sent * cardinality(orders)) ELSE 0 END
  FROM (
    SELECT *, CASE WHEN state = 'sent' THEN sign ELSE 0 END AS is_sent,
      CASE WHEN state = 'skipped' THEN sign ELSE 0 END AS is_skipped,
      CASE WHEN state = 'skipped' AND reason IN ('paid', 'closed', 'refunded', 'excluded') THEN sign ELSE 0 END AS is_cancelled,
      CASE WHEN state = 'skipped' AND reason = 'rejected_by_provider' THEN sign ELSE 0 END AS is_failed,
      CASE WHEN state = 'skipped' AND reason = 'unknown_outcome' THEN sign ELSE 0 END AS is_unknown
    FROM ($changed) r) r
  GROUP BY 1, 2, 3, 4, 5, 6
  HAVING sum(sign) <> 0 OR sum(is_sent) <> 0 OR sum(is_skipped) <> 0 OR sum(is_cancelled) <> 0 OR sum(is_failed) <> 0
    OR sum(is_unknown) <> 0 OR sum(is_sent * cardinality(orders)) <> 0;
  IF alone OR NOT (gains OR loses) THEN
    RETURN NULL;
  END IF;
  -- An order counts as reminded with the first sent reminder that named it: which one was the first before, and which is it now?
  WITH changed AS MATERIALIZED (
    SELECT sum(sign) AS sign, shop_id, id, buyer_id, coalesce(decided_at, due_at) AS decided_at, orders, coalesce(campaign, '') AS campaign,
      coalesce(campaign_version, '') AS campaign_version, coalesce(step, '') AS step, coalesce(variant, '') AS variant
    FROM ($changed) r WHERE state = 'sent' GROUP BY 2, 3, 4, 5, 6, 7, 8, 9, 10 HAVING sum(sign) <> 0),
  named AS MATERIALIZED (SELECT DISTINCT shop_id, buyer_id, unnest(orders) AS order_id FROM changed),
  naming AS MATERIALIZED (
    SELECT shop_id, buyer_id, order_id, id, decided_at, campaign, campaign_version, step, variant, sum(now) AS now, sum(before) AS before FROM (
      SELECT n.shop_id, n.buyer_id, n.order_id, r.id, coalesce(r.decided_at, r.due_at) AS decided_at, coalesce(r.campaign, '') AS campaign,
        coalesce(r.campaign_version, '') AS campaign_version, coalesce(r.step, '') AS step, coalesce(r.variant, '') AS variant, 1 AS now, 1 AS before
      FROM named n JOIN reminders r ON r.shop_id = n.shop_id AND r.buyer_id = n.buyer_id AND r.state = 'sent' AND n.order_id = ANY (r.orders)
      UNION ALL
      SELECT shop_id, buyer_id, unnest(orders), id, decided_at, campaign, campaign_version, step, variant, 0, -sign FROM changed) each
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9)
  INSERT INTO report_changes (shop_id, at, campaign, campaign_version, step, variant, reminded)
  SELECT shop_id, report_quarter(decided_at), campaign, campaign_version, step, variant, sum(sign) FROM (
    (SELECT DISTINCT ON (shop_id, buyer_id, order_id) 1 AS sign, * FROM naming WHERE now > 0 ORDER BY shop_id, buyer_id, order_id, decided_at, id)
    UNION ALL
    (SELECT DISTINCT ON (shop_id, buyer_id, order_id) -1, * FROM naming WHERE before > 0 ORDER BY shop_id, buyer_id, order_id, decided_at, id)) first
  GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(sign) <> 0;
END;
$$);
--> statement-breakpoint
-- Of a reminder that has deliveries its campaign, step and variant do not change any more.
SELECT report_triggers('deliveries', 'shop_id, reminder_id, claimed_at, state, delivered_at, opted_out_at, segments, cost_micros, cost_currency, receipt', $$
  INSERT INTO report_changes (shop_id, at, campaign, campaign_version, step, variant, cost_currency, delivered, opt_outs, segments, cost_micros)
  SELECT d.shop_id, report_quarter(d.claimed_at), coalesce(r.campaign, ''), coalesce(r.campaign_version, ''), coalesce(r.step, ''),
    coalesce(r.variant, ''), d.cost_currency, sum(d.delivered), sum(d.opt_outs), sum(d.segments), sum(d.cost)
  FROM (
    SELECT shop_id, reminder_id, claimed_at, coalesce(cost_currency, '') AS cost_currency,
      sum(CASE WHEN state = 'accepted' AND delivered_at IS NOT NULL THEN sign ELSE 0 END) AS delivered,
      sum(CASE WHEN opted_out_at IS NOT NULL THEN sign ELSE 0 END) AS opt_outs,
      sum(CASE WHEN state = 'accepted' THEN sign * coalesce(segments, 0) ELSE 0 END) AS segments,
      sum(CASE WHEN state IN ('claimed', 'accepted', 'unknown') OR receipt -> 'cost' IS NOT NULL THEN sign * coalesce(cost_micros, 0) ELSE 0 END) AS cost
    FROM ($changed) c GROUP BY 1, 2, 3, 4) d
  JOIN reminders r ON r.shop_id = d.shop_id AND r.id = d.reminder_id
  WHERE d.delivered <> 0 OR d.opt_outs <> 0 OR d.segments <> 0 OR d.cost <> 0
  GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(d.delivered) <> 0 OR sum(d.opt_outs) <> 0 OR sum(d.segments) <> 0 OR sum(d.cost) <> 0;
$$);
--> statement-breakpoint
SELECT report_triggers('exposures', 'shop_id, at', $$
  INSERT INTO exposure_changes (shop_id, at) SELECT DISTINCT shop_id, report_quarter(at) FROM ($changed) r;
$$);
--> statement-breakpoint
DROP FUNCTION report_triggers(text, text, text);
--> statement-breakpoint
-- Room on the page: an hour is written again and again while it lasts. And changes are deleted as fast as they come.
ALTER TABLE "report_hours" SET (fillfactor = 70);
--> statement-breakpoint
ALTER TABLE "report_changes" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
