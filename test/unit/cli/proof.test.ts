import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { proofCommand } from "../../../src/cli/commands/campaigns/proof/command.ts";
import { CommandError } from "../../../src/cli/context.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { SAMPLE_URL } from "../../../src/render/template/sample.ts";

const FILES = {
  "dunlin.yaml": `shops:
  qingyu: { timeZone: Asia/Shanghai, locale: zh-CN, currency: CNY }
  other: { timeZone: Europe/Madrid, locale: es, currency: EUR }
channels:
  sms: { provider: webhook, url: "http://127.0.0.1:9/x", cost: { amount: "0.045", currency: CNY } }
  chat: { provider: console }
`,
  "t/d11/campaign.yaml": `name: Double 11 <b>
steps:
  - { id: nudge, at: { afterCreated: 10m }, channels: [sms, chat] }
  - { id: last-call, at: { beforeClose: 30m }, channels: [chat] }
variants: { a: 50, b: 50 }
`,
  "t/d11/nudge.a.sms.zh-CN.hbs": `---
aliyun: { signName: 晴雨, templateCode: SMS_1, params: { sum: "{{total}}" } }
---
★{{shop}}订单{{total}}待支付 {{payUrl}} 拒收请回复R`,
  "t/d11/nudge.a.sms.en.hbs": "{{shop}}: {{total}} STOP",
  "t/d11/nudge.b.sms.en.hbs": "{{shop}} & {{total}} STOP",
  "t/d11/nudge.chat.en.hbs": 'Hello {{default buyer.name "there"}} <script>\n=1+1 STOP',
  "t/d11/last-call.chat.en.hbs": "{{shop}}: soon. STOP",
};

function run(options: Parameters<typeof proofCommand>[2]): string {
  const dir = mkdtempSync(join(tmpdir(), "dunlin-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  const loaded = loadConfig({ DUNLIN_CONFIG: join(dir, "dunlin.yaml") }, dir);
  if (!loaded.ok) throw new Error(loaded.faults.join("\n"));
  const lines: string[] = [];
  const context = {
    config: loaded.config,
    log: pino({ level: "silent" }),
    out: (text: string) => void lines.push(text),
    note: () => {},
  };
  proofCommand(context, join(dir, "t"), options);
  return lines.join("\n");
}

it("shows every text by step, channel, locale and variant, with what real messages cost", () => {
  const { campaigns } = JSON.parse(run({ format: "json" }));
  expect(campaigns).toHaveLength(1);
  expect(campaigns[0]).toMatchObject({ key: "d11", name: "Double 11 <b>" });
  const { texts } = campaigns[0];
  expect(texts.map((text: { file: string }) => text.file)).toEqual([
    "d11/nudge.a.sms.en.hbs",
    "d11/nudge.b.sms.en.hbs",
    "d11/nudge.a.sms.zh-CN.hbs",
    "d11/nudge.chat.en.hbs",
    "d11/last-call.chat.en.hbs",
  ]);
  expect(texts[2]).toMatchObject({
    step: "nudge",
    at: { kind: "afterCreated", ms: 600_000 },
    channel: "sms",
    provider: "webhook",
    locale: "zh-CN",
    variant: "a",
    category: "marketing",
    examples: {
      shortest: { fault: expect.stringContaining("payUrl is missing") },
      usual: {
        text: `★qingyu订单129.00元待支付 ${SAMPLE_URL} 拒收请回复R`,
        segments: 2,
        encoding: "UCS-2",
        cost: { amount: "0.09", currency: "CNY" },
      },
      longest: { segments: 2 },
    },
    approved: {
      section: "aliyun",
      fields: { signName: "晴雨", templateCode: "SMS_1" },
      params: [{ name: "sum", source: "{{total}}", usual: "129.00元" }],
    },
    warnings: [
      expect.stringMatching(/^line 4: contains ★ \(U\+2605\)/),
      expect.stringMatching(/^line 4: the text shows payUrl, and no parameter of aliyun/),
    ],
  });
  expect(texts[3]).toMatchObject({ examples: { usual: { segments: null, encoding: "UTF-8", cost: null } } });
});

it("prints a table for a terminal", () => {
  const page = run({ format: "table", shop: "other" });
  expect(page).toContain("  nudge  sms (webhook)  zh-CN  variant a  10m after the order\n    shortest: not sent\n");
  expect(page).toContain("    usual: 1 segment, 0.045 CNY\n      other: $129.00 STOP\n");
  expect(page).toContain("    template aliyun: signName 晴雨, templateCode SMS_1\n      sum = {{total}} → 129.00元\n");
  expect(page).toContain("    ! line 4: contains ★");
  expect(page).toContain("  last-call  chat (console)  en  30m before it closes");
  expect(page).toMatch(/\n1 campaign, 5 texts, \d warnings$/);
});

it("prints a line of CSV for each text, with a byte order mark", () => {
  const csv = run({ format: "csv" });
  expect(csv.startsWith("\ufeffcampaign,step,at,channel,provider,locale,variant,category,shortest_text,")).toBe(true);
  expect(csv).toContain(
    "\r\nd11,nudge,10m after the order,sms,webhook,en,a,marketing,qingyu: $129.00 STOP,1,20,0.045,",
  );
  expect(csv).toContain("aliyun: signName 晴雨, templateCode SMS_1");
  expect(csv).toContain(",sum={{total}},");
});

it("makes one page of HTML without anything from elsewhere, in which no text becomes markup", () => {
  const html = run({ format: "html" });
  expect(html).toMatch(/^<!doctype html>/);
  expect(html).not.toMatch(/<script|11 <b>|<link|src=|@import|url\(/);
  expect(html.match(/<article>/g)).toHaveLength(5);
  expect(html.match(/<figure>/g)).toHaveLength(15);
  expect(html).toContain("Double 11 &lt;b&gt;");
  expect(html).toContain('<p class="text" lang="en" dir="auto">Hello Li Lei &lt;script&gt;\n=1+1 STOP</p>');
  for (const [open, close] of [
    ["<section", "</section>"],
    ["<article", "</article>"],
    ["<figure", "</figure>"],
    ["<ul", "</ul>"],
    ["<div", "</div>"],
  ])
    expect(html.split(open ?? "").length, open).toBe(html.split(close ?? "").length);
  expect(html).toContain("@media print");
  expect(html).toContain("prefers-color-scheme: dark");
});

it("names a shop that is not configured", () => {
  expect(() => run({ format: "table", shop: "qingu" })).toThrow(CommandError);
  expect(() => run({ format: "table", shop: "qingu" })).toThrow("did you mean `qingyu`?");
});
