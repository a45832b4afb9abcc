/** `dunlin explain` and `GET /v1/orders/:shop/:id` give the same story. */
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { startApp } from "../../../src/app.ts";
import { explainCommand } from "../../../src/cli/commands/explain.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { campaignDir, campaignSetup, campaignYaml } from "../../support/campaigns.ts";
import { receivedEvent } from "../../support/intake.ts";
import { T0 } from "../../support/rules.ts";

const API_KEY = "test-api-key-0123456789";

it("gives the same answer on the command line and over HTTP", async () => {
  const setup = await campaignSetup(campaignYaml("10m", 'quietHours: { from: "20:05", to: "21:00" }\n'));
  await setup.apply();
  await setup.at(T0);
  const { receive } = await setup.process();
  await receive(receivedEvent("e1", "order.created", T0));
  await setup.at(T0 + MINUTE);
  // The directory now differs from the running campaigns.
  setup.write("default/campaign.yaml", campaignYaml("20m"));

  const env = {
    DATABASE_URL: setup.database.url,
    DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
    DUNLIN_API_KEY: API_KEY,
    DUNLIN_TEMPLATES: setup.dir,
    PORT: "0",
  };
  const place = campaignDir({ "dunlin.yaml": "shops:\n  acme: { timeZone: Asia/Shanghai, locale: en }\n" });
  const loaded = loadConfig(env, place.dir);
  if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
  const log = pino({ level: "silent" });
  const app = await startApp(loaded.config, { roles: ["api"], log, print: () => {}, migrateEmpty: false });
  onTestFinished(() => app.stop());
  const answer = await fetch(`${app.url}/v1/orders/acme/o1`, { headers: { authorization: `Bearer ${API_KEY}` } });
  const overHttp: unknown = await answer.json();

  const printed: string[] = [];
  const context = { config: loaded.config, log, out: (text: string) => void printed.push(text), note: () => {} };
  await explainCommand(context, "o1", "acme", true);
  expect(JSON.parse(printed.join("\n"))).toEqual(overHttp);
  expect(overHttp).toMatchObject({
    reminders: [
      {
        rule: "20:10 is 10m after the order was created",
        moves: [{ text: "moved from 20:10 to 21:00: quiet hours until 21:00" }],
      },
    ],
  });
});
