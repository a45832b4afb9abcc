/** Pages of lists. */
import { HttpProblem } from "./errors.ts";

/** null: the cursor did not come from this list. */
export function found<Page>(page: Page | null): Page {
  if (page !== null) return page;
  const errors = [{ parameter: "cursor", message: "cursor: must be the `next` of a page of this list" }];
  throw new HttpProblem("invalid_query", "the query is not valid", { errors });
}
