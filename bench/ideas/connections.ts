/** Fewer connections to a provider that answers at once: the whole worker, in turn with as many as usual. */
import { forkChild } from "../harness/child.ts";
import { costOfOne } from "../harness/cost-of-one.ts";
import { startDunlin } from "../harness/dunlin.ts";
import { openMeter, type Spent } from "../harness/meter.ts";
import { allRecorded, dueAtOnce, measured, startWorker } from "../harness/reminders.ts";
import type { Bench } from "../harness/servers.ts";
import type { Compared } from "./lane.ts";

export const FEW = 32;

export async function compareConnections(bench: Bench, count: number): Promise<Compared> {
  const provider = forkChild(new URL("../harness/provider.ts", import.meta.url));
  const api = await startDunlin(bench, ["api"]);
  const origin = await provider.call<string>("listen");
  const meter = await openMeter(bench.sql);
  let shops = 0;

  async function spend(connections: number | undefined): Promise<Spent> {
    const worker = await startWorker(bench, origin, null, connections);
    const send = async (size: number) => {
      const shop = await dueAtOnce(bench, provider, api.url, `few${shops++}`, size);
      return meter.during([worker.pid], async () => {
        await measured(provider, size);
        await allRecorded(bench, shop, size, 100);
      });
    };
    try {
      await send(count / 4);
      return await send(count);
    } finally {
      await worker.end();
    }
  }

  try {
    const [usual, few]: [Spent[], Spent[]] = [[], []];
    for (let round = 0; round < bench.rounds; round++) {
      usual.push(await spend(undefined));
      few.push(await spend(FEW));
    }
    return { today: costOfOne(usual, count), tried: costOfOne(few, count) };
  } finally {
    await Promise.all([api.end(), provider.end()]);
  }
}
