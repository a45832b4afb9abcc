/** `dunlin notices test NAME` */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { testNoticeCommand } from "../../../src/cli/commands/notices.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { campaignDir } from "../../support/campaigns.ts";
import { startFakeProvider } from "../../support/fake-provider.ts";
import type { Fault } from "../../support/provider-faults.ts";

async function setup(answer: Fault) {
  const staff = await startFakeProvider({ answer });
  onTestFinished(() => staff.close());
  const yaml = `notices: { ops: { provider: feishu, url: "${staff.url("hook/k3y")}", secret: s3cret } }\n`;
  const loaded = loadConfig({}, campaignDir({ "dunlin.yaml": yaml }).dir);
  if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
  const out: string[] = [];
  const context = {
    config: loaded.config,
    log: pino({ level: "silent" }),
    out: (text: string) => void out.push(text),
    note() {},
  };
  return { staff, out, run: (name: string) => testNoticeCommand(context, name) };
}

test("posts one notice and says so", async () => {
  const { staff, out, run } = await setup({ do: "answer", body: '{"code":0}' });
  await run("ops");
  expect(out).toEqual(["Posted to ops (feishu)."]);
  expect(staff.log.map(({ body }) => body)).toMatchObject([
    { content: { text: expect.stringMatching(/^Dunlin: this is a test/) } },
  ]);
});

test("says what the receiver refuses, without its key", async () => {
  const { run } = await setup({ do: "answer", body: '{"code":19021}' });
  await expect(run("ops")).rejects.toThrow(
    "notices ops: the signature does not match: check secret, and the clock of this machine (19021)",
  );
});

test("suggests a name that is configured", async () => {
  const { staff, run } = await setup({ do: "answer" });
  await expect(run("opps")).rejects.toThrow(/^opps is not under notices in dunlin\.yaml \(did you mean `ops`\?\)$/);
  expect(staff.log).toEqual([]);
});
