import { describe, expect, it } from "vitest";
import { type Tally, whyPause } from "../../../../src/core/limits/auto-pause.ts";
import { DEFAULT_PAUSE_WHEN } from "../../../../src/core/values/policy.ts";

const NOTHING: Tally = { sends: 250, rejected: 0, invalid: 0, optOuts: 0 };
const why = (change: Partial<Tally>) => whyPause({ ...NOTHING, ...change }, DEFAULT_PAUSE_WHEN);

describe("a part pauses itself", () => {
  it.each([
    [
      "rejected",
      { rejected: 51 },
      "51 of 250 messages within 1h were refused or not delivered: 20.4%, and pauseWhen.rejected is 20%",
    ],
    [
      "invalid",
      { rejected: 51, invalid: 51 },
      "51 of 250 messages within 1h went to addresses that do not exist: 20.4%, and pauseWhen.invalid is 20%",
    ],
    ["opt_out", { optOuts: 6 }, "6 of 250 messages within 1h made a buyer opt out: 2.4%, and pauseWhen.optOut is 2%"],
  ])("as %s over the threshold", (code, change, message) => {
    expect(why(change)).toEqual({ code, message });
  });

  it("never at the threshold, and never with fewer sends than it needs", () => {
    expect(why({ rejected: 50, invalid: 50, optOuts: 5 })).toBeNull();
    expect(why({ sends: 199, rejected: 199 })).toBeNull();
    expect(why({ sends: 200, rejected: 199 })).not.toBeNull();
  });
});
