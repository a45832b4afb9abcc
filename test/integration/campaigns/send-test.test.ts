/** The program itself, without a database and with one: what it prints, how it exits, and that the address is nowhere. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { campaignSetup } from "../../support/campaigns.ts";
import { type Ended, runHere } from "../../support/command.ts";
import { startFakeProvider } from "../../support/fake-provider.ts";
import type { Fault } from "../../support/provider-faults.ts";

const MAIN = new URL("../../../dist/main.js", import.meta.url).pathname;
const TO = "+8613812345678";
const SECRET = "whsec_ZmFrZSBwcm92aWRlcidzIHNlY3JldCBvZiAzMiBieXRlcw==";

async function setup() {
  const dir = await mkdtemp(join(tmpdir(), "dunlin-send-test-"));
  const provider = await startFakeProvider({ secret: SECRET, enforceSignature: true });
  onTestFinished(async () => {
    await provider.close();
    await rm(dir, { recursive: true, force: true });
  });
  await mkdir(join(dir, "templates/c"), { recursive: true });
  const write = (name: string, text: string) => writeFile(join(dir, name), text);
  await write(
    "dunlin.yaml",
    `shops: { acme: { timeZone: Asia/Shanghai, locale: zh-CN, currency: CNY } }
channels:
  sms: { provider: webhook, url: "${provider.url("sms")}", secret: "${SECRET}", timeout: 1s }
  chat: { provider: console }
`,
  );
  await write(
    "templates/c/campaign.yaml",
    "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms, chat] }\nvariants: { a: 1, b: 1 }\n",
  );
  await write("templates/c/nudge.chat.en.hbs", "{{buyer.name}} {{total}} STOP");
  await write(
    "templates/c/nudge.sms.zh-CN.hbs",
    '---\naliyun: { templateCode: SMS_1, params: { sum: "{{total}}" } }\n---\n{{buyer.name}} {{shop}} {{total}} {{timeLeft}} 拒收请回复R',
  );
  await write("templates/c/nudge.b.sms.en.hbs", "B {{buyer.name}} STOP");
  await write("templates/c/nudge.a.sms.en.hbs", "A {{buyer.name}} STOP");
  const args = { "--campaign": "c", "--step": "nudge", "--channel": "sms", "--to": TO };
  const line = (change: Record<string, string>) => ["send-test", ...Object.entries({ ...args, ...change }).flat()];
  const base = { PATH: process.env.PATH, HOME: dir, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") };
  const run = (change: Record<string, string> = {}, more: Record<string, string> = {}) =>
    new Promise<Ended>((resolve) => {
      const options = { cwd: dir, env: { ...base, ...more } };
      execFile(process.execPath, [MAIN, ...line(change)], options, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      });
    });
  const here = (change: Record<string, string> = {}) => runHere(line(change), { cwd: dir, env: base });
  return { run, here, provider, answer: (fault: Fault) => provider.rules([{ fault }]) };
}

it("sends one message like a reminder and prints the outcome", async () => {
  const { run, provider } = await setup();
  const { code, out, err } = await run();
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(
    /^accepted by webhook for \+86138\*\*\*\*5678, 1 segment\(s\), key test-[0-9a-f-]{36}\n {2}李雷 acme 129\.00元 28分钟 拒收请回复R\n {2}aliyun: templateCode=SMS_1\n {2}sum=129\.00元\n$/,
  );
  const [sent, ...more] = provider.log;
  expect(more).toEqual([]);
  expect(sent?.body).toMatchObject({
    id: expect.stringMatching(/^test-/),
    channel: "sms",
    shop: "acme",
    to: TO,
    text: "李雷 acme 129.00元 28分钟 拒收请回复R",
    locale: "zh-CN",
    campaign: "c",
    step: "nudge",
    orders: ["2233445566"],
    params: { sum: "129.00元" },
  });
});

it("sends the running template of the database, not the one of the file", async () => {
  const { run, provider } = await setup();
  const { database, apply, write } = await campaignSetup(undefined, {
    "default/nudge.sms.zh-CN.hbs": "{{total}} 拒收请回复R",
  });
  const DATABASE_URL = database.url;
  expect((await run({}, { DATABASE_URL })).err).toBe("");
  await apply();
  write("default/nudge.sms.zh-CN.hbs", "edited, not applied: STOP");
  const { code, err } = await run({ "--campaign": "default" }, { DATABASE_URL });
  expect([code, err]).toEqual([0, ""]);
  expect(provider.log.map(({ body }) => body?.text)).toEqual([
    "李雷 acme 129.00元 28分钟 拒收请回复R",
    "129.00元 拒收请回复R",
  ]);
});

it("uses the files and says so if the database is not reachable", async () => {
  const { run, provider } = await setup();
  const { code, err } = await run({}, { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
  expect(code).toBe(0);
  expect(err).toMatch(/not reachable at 127\.0\.0\.1:1 .*; the templates are those of .*templates\n$/);
  expect(provider.log).toHaveLength(1);
});

it("prints the provider's message id unmasked", async () => {
  const { here, answer } = await setup();
  answer({ do: "answer", status: 200, body: JSON.stringify({ messageId: "SM1234567890123456", segments: 1 }) });
  expect((await here()).out).toMatch(/, 1 segment\(s\), message SM1234567890123456, key test-/);
});

it("chooses the given locale and variant", async () => {
  const { here, provider } = await setup();
  expect((await here({ "--locale": "en-GB", "--variant": "b" })).code).toBe(0);
  expect((await here({ "--to": "138 1234 5678", "--variant": "a" })).code).toBe(0);
  expect(provider.log.map(({ body }) => [body?.text, body?.to])).toEqual([
    ["B Li Lei STOP", TO],
    ["李雷 acme 129.00元 28分钟 拒收请回复R", TO],
  ]);
});

it("prints over channel console, with the address masked", async () => {
  const { here } = await setup();
  const { code, out } = await here({ "--channel": "chat", "--to": "wx-openid-1234567" });
  expect(code).toBe(0);
  expect(out.match(/Li Lei \$129\.00 STOP/g)).toHaveLength(1);
  expect(out).not.toContain("wx-openid-1234567");
});

it.each<[Fault, RegExp]>([
  [{ do: "answer", status: 400, body: `no such number ${TO}, 138-1234-5678` }, /^dunlin: not sent, refused: .*400/],
  [{ do: "answer", status: 503 }, /^dunlin: not sent, failed for now: .*503/],
  [{ do: "hang" }, /^dunlin: the outcome is unknown, it may have been sent: .*\(key test-/],
])("fails when the provider does (%#)", async (fault, said) => {
  const { run, here, answer, provider } = await setup();
  answer(fault);
  const { code, out, err } = await (fault.do === "hang" ? run() : here());
  expect([code, out]).toEqual([1, ""]);
  expect(err).toMatch(said);
  expect(err).not.toMatch(/1381234|138-1234/);
  expect(provider.log).toHaveLength(1);
});

it.each([
  [{ "--campaign": "d" }, 1, "--campaign: there is no campaign d (did you mean `c`?)"],
  [{ "--step": "nudg" }, 1, "--step: there is no step nudg (did you mean `nudge`?)"],
  [{ "--channel": "smss" }, 1, "--channel: there is no channel smss (did you mean `sms`?)"],
  [{ "--variant": "x" }, 1, "--variant: there is no variant x"],
  [{ "--shop": "nowhere" }, 1, "--shop: shop nowhere is not configured"],
  [{ "--to": "12" }, 1, "--to: **** is not a valid phone number"],
  [{ "--locale": "not a locale" }, 2, "must be a locale, like en or zh-CN"],
  [{ "--nonsense": "1" }, 2, "unknown option"],
])("reports wrong arguments: %j", async (change, expected, said) => {
  const { run, here, provider } = await setup();
  const { code, out, err } = await ("--to" in change || "--nonsense" in change ? run(change) : here(change));
  expect([code, out]).toEqual([expected, ""]);
  expect(err).toContain(said);
  expect(provider.log).toEqual([]);
});
