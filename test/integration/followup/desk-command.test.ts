/** `dunlin desk`: from the list to an outcome, and what it refuses. */
import { expect, it } from "vitest";
import { commandActor } from "../../../src/cli/context.ts";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { claim } from "../../../src/followup/desk/claims.ts";
import { campaignDir } from "../../support/campaigns.ts";
import { runHere } from "../../support/command.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

it("lists the tasks, and takes one from its claim to its outcome", async () => {
  const { receive, at, database } = await dispatchSetup({
    campaign: { manual: { amountAtLeast: "100", handBackAfter: null } },
  });
  const { dir } = campaignDir({
    "dunlin.yaml": "shops:\n  acme: { timeZone: Asia/Shanghai }\n",
    "templates/a/campaign.yaml": "steps: [{ id: nudge, at: { afterCreated: 10m }, channels: [console] }]\n",
  });
  const env = { DATABASE_URL: database.url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") };
  const desk = async (...args: string[]) => {
    const { code, out, err } = await runHere(["desk", ...args], { cwd: dir, env });
    return code === 0 ? out.trimEnd() : `${code}: ${err.trimEnd()}`;
  };
  await at(T0);
  await receive(receivedEvent("e1", "order.created", T0, { amount: "5000.00" }));
  await receive(
    receivedEvent("e2", "order.created", T0 + 1, { id: "o2", buyer: { id: "b2", phone: "+8613912345678" } }),
  );
  const [first, second] = JSON.parse(await desk("--json")) as { id: string }[];
  const [id = "", other = ""] = [first?.id.slice(0, 8), second?.id.slice(0, 8)];
  const row = (task: string, rest: string) => new RegExp(`^${task} +${rest}$`, "m");
  const table = await desk();
  expect(table).toMatch(
    row(id, "high_value +acme +o1 +5000\\.00 CNY +\\+86138\\*\\*\\*\\*5678 +2026-11-11T20:00:00\\+08:00"),
  );
  expect(table).not.toContain("13812345678");

  expect(await desk("touch", id, "reached")).toMatch(/^1: dunlin: you have not claimed the task/);
  expect(await desk("claim", id)).toBe("It is yours until 2026-11-10T20:15:00+08:00.");
  expect(await desk("--mine")).toMatch(row(id, ".* until 2026-11-10T20:15:00\\+08:00"));
  expect(await desk("release", id)).toBe("Another person can take it now.");
  expect(await desk("claim", id)).toBe("It is yours until 2026-11-10T20:15:00+08:00.");
  expect(await desk("touch", id, "reached", "--reason", "pays_later", "--note", "waits for the wage")).toBe(
    "Recorded.",
  );
  expect(await desk("outcome", id, "will_pay")).toBe("1: dunlin: --at: say when the buyer will pay, like --at 20:00");
  expect(await desk("outcome", id, "done", "--at", "23:00")).toMatch(/^1: dunlin: --at: goes with/);
  expect(await desk("outcome", id, "will_pay", "--at", "20:00")).toMatch(/^1: dunlin: --at: is in the past/);
  expect(await desk("outcome", id, "will_pay", "--at", "2026-11-12T20:00:00+08:00")).toMatch(
    /^1: dunlin: --at: the order closes at 2026-11-11T20:00:00\+08:00, .* give a time until 2026-11-11T19:58:00\+08:00/,
  );
  expect(await desk("outcome", id, "will_pay", "--at", "23:00")).toMatch(/^Recorded\. .* a task again if/);
  expect(await desk("--done")).toMatch(row(id, ".* will_pay"));
  expect(await desk()).not.toContain(" promise ");
  const promised = await desk("promises");
  expect(promised).toMatch(
    /^2026-11-10T23:00:00\+08:00 +acme +o1 +5000\.00 CNY +\+86138\*{4}5678 +2026-11-11T20:00:00\+08:00 +\S+$/m,
  );
  expect(JSON.parse(await desk("promises", "--shop", "acme", "--json"))).toMatchObject([
    { state: "open", orders: ["o1"] },
  ]);
  expect(await desk("promises", "--by", "nobody")).toBe("");

  expect(await desk("claim", id)).toMatch(/^1: dunlin: the task is done/);
  expect(await desk("claim", "zzzz")).toMatch(/^1: dunlin: no task has an id that begins with zzzz/);
  await claim({ sql: database.sql }, { who: "vera", via: "http" }, second?.id ?? "");
  expect(await desk("claim", other)).toBe("1: dunlin: vera has the task");
  await at(T0 + 15 * MINUTE);
  expect(await desk("claim", other)).toBe("It is yours until 2026-11-10T20:30:00+08:00.");
  expect(await desk("release", other)).toBe("Another person can take it now.");
  expect(await desk("take")).toMatch(/^1: dunlin: --shop: /);
  expect(await desk("take", "--shop", "acme")).toMatch(/^1: dunlin: give either a case or --order/);
  expect(await desk("take", "o1", "--shop", "acme")).toMatch(/^1: dunlin: no case of acme has the id o1/);
  // The shift ends sooner.
  await database.sql`insert into shifts (person, place, weekdays, starts, ends, zone)
    values (${commandActor().who}, 0, '{mon,tue,wed,thu,fri,sat,sun}', '08:00', '20:20', 'Asia/Shanghai')`;
  expect(await desk("take", "--order", "o2", "--shop", "acme")).toBe(
    `It is yours until 2026-11-10T20:20:00+08:00: task ${other}.`,
  );
  expect(await desk("touch", other, "wrong_number")).toMatch(/The number gets no message any more/);
  expect(await desk("--shop", "other")).toBe("");
});
