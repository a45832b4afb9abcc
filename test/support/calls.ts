/** Cases of which a step is a call. */
import { openDesk } from "../../src/channels/desk/open.ts";
import { MINUTE } from "../../src/core/values/duration.ts";
import { deskSetup } from "./desk.ts";
import { inProcessChannel } from "./in-process-channel.ts";
import { afterCreated, beforeClose } from "./rules.ts";

type Options = Parameters<typeof deskSetup>[0];
const STEPS = [afterCreated("nudge", 10 * MINUTE, ["call"]), beforeClose("last-call", 30 * MINUTE, ["sms"])];

export async function calls(options: Options = {}) {
  const setup = await deskSetup({ ...options, campaign: { steps: STEPS, ...options.campaign } });
  const deskDeps = { log: { warn() {} }, publicUrl: null };
  const call = inProcessChannel({ name: "call", contacts: ["phone"], ratePerSecond: null, cost: null }, () => {
    throw new Error("a call is no message");
  });
  const terms = { ...call, provider: "desk", settings: {}, connections: 2_000 } as const;
  setup.use({ ...terms, ...openDesk(terms, deskDeps) });
  Object.assign(setup.policy, { channels: new Map([...setup.policy.channels, ["call", ["phone"]]]) });
  const ledger = () =>
    setup.sql<{ channel: string; state: string; finished: boolean }[]>`
      select channel, state, finished_at is not null as finished from deliveries order by claimed_at, channel`;
  return { ...setup, ledger };
}
