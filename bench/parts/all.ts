/** The list of the parts, in the order in which they run and are printed. */
import type { Part } from "../harness/part.ts";
import { bulkIntake } from "./bulk-intake.ts";
import { capacity } from "./capacity.ts";
import { consolePages } from "./console.ts";
import { cost } from "./cost.ts";
import { csv } from "./csv.ts";
import { desk } from "./desk.ts";
import { dispatch } from "./dispatch.ts";
import { fairness } from "./fairness.ts";
import { growth } from "./growth.ts";
import { ideas } from "./ideas.ts";
import { lateness } from "./lateness.ts";
import { processes } from "./processes.ts";
import { queueIntake } from "./queue-intake.ts";
import { rate } from "./rate.ts";
import { receipts } from "./receipts.ts";
import { rehearsal } from "./rehearsal.ts";
import { report } from "./report.ts";
import { truth } from "./truth.ts";
import { webhooks } from "./webhooks.ts";

export const PARTS: readonly Part[] = [
  bulkIntake,
  queueIntake,
  dispatch,
  lateness,
  receipts,
  desk,
  capacity,
  processes,
  fairness,
  rate,
  growth,
  cost,
  ideas,
  truth,
  rehearsal,
  csv,
  report,
  webhooks,
  consolePages,
];
