import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../../../src/config/load-config.ts";
import { buildCatalog, loadCatalog } from "../../../../src/render/catalog/catalog.ts";
import { type CatalogOptions, catalogOptions } from "../../../../src/render/catalog/catalog-options.ts";
import { localeChain } from "../../../../src/render/catalog/locales.ts";
import { buildTemplateData } from "../../../../src/render/template/data.ts";
import { SAMPLE_DATA, SAMPLE_FACTS } from "../../../../src/render/template/sample.ts";

const CAMPAIGN = "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }\n";
const OPTIONS: CatalogOptions = { channels: ["sms", "chat"] };
type Files = Record<string, string>;
const build = (files: Files, options = OPTIONS) => buildCatalog(new Map(Object.entries(files)), options, "templates");
const catalogOf = (files: Files, options = OPTIONS) => {
  const result = build(files, options);
  if (!result.ok) throw new Error(result.faults.join("\n"));
  return result.catalog;
};
const faultsOf = (files: Files, options = OPTIONS) => {
  const result = build(files, options);
  return result.ok ? [] : result.faults;
};
const warningsOf = (files: Files, options = OPTIONS) => {
  const result = build(files, options);
  return result.ok ? result.warnings : ["refused"];
};
const textOf = (template: { render(data: typeof SAMPLE_DATA): { ok: boolean } } | null) => {
  const result = template?.render(SAMPLE_DATA) as { ok: boolean; text?: string; message?: string } | undefined;
  return result?.text ?? result?.message ?? null;
};

it("needs no text for a call, but takes one", () => {
  const options: CatalogOptions = {
    channels: ["call"],
    channelFacts: [{ name: "call", provider: "desk", contacts: ["phone"] }],
  };
  const files: Files = { "default/campaign.yaml": CAMPAIGN.replace("[sms]", "[call]") };
  expect([faultsOf(files, options), warningsOf(files, options)]).toEqual([[], []]);
  const script = { ...files, "default/nudge.call.en.hbs": "Ask {{buyer.name}} about the size" };
  expect(catalogOf(script, options).templates).toHaveLength(1);
  expect(faultsOf(files, { channels: ["call"] })).toEqual([expect.stringContaining("has no template for call")]);
});

describe("the signature of an SMS", () => {
  const files = (channel: string, front: string): Files => ({
    "default/campaign.yaml": `steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [${channel}] }\n`,
    [`default/nudge.${channel}.en.hbs`]: `---\ncategory: notice\n${front}\n---\nYour order waits at {{shop}}`,
  });
  /** The warnings of a start with this channel in dunlin.yaml. */
  const warnings = (channel: string, front: string) => {
    writeFileSync(join(dir, "dunlin.yaml"), `channels: { ${channel} }\n`);
    const loaded = loadConfig({}, dir);
    if (!loaded.ok) throw new Error(loaded.faults.join());
    return warningsOf(files("sms", front), catalogOptions(loaded.config)).filter((line) => line.includes("signName"));
  };
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "dunlin-signature-"));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it.each([
    [
      "aliyun-sms, accessKeyId: a, accessKeySecret: b",
      "aliyun: { templateCode: SMS_1 }",
      "signName: 晴雨, templateCode: SMS_1",
    ],
    [
      "tencent-sms, secretId: a, secretKey: b, sdkAppId: 1400",
      "tencent: { templateId: 1 }",
      "signName: 晴雨, templateId: 1",
    ],
  ])(
    "is missed at the start, with file and line, if neither text nor channel has it: %s",
    (provider, front, signed) => {
      const section = front.split(":")[0];
      expect(warnings(`sms: { provider: ${provider} }`, front)).toEqual([
        `templates/default/nudge.sms.en.hbs:3: neither the text nor channel sms has a signName: add it to ${section} in the front matter, or to the channel in dunlin.yaml`,
      ]);
      expect(warnings(`sms: { provider: ${provider}, signName: 晴雨 }`, front)).toEqual([]);
      expect(warnings(`sms: { provider: ${provider} }`, `${section}: { ${signed} }`)).toEqual([]);
    },
  );
});

describe("the subject of an e-mail", () => {
  const files = (text: string): Files => ({
    "default/campaign.yaml": "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [mail] }\n",
    "default/nudge.mail.en.hbs": text,
  });
  const withProvider = (provider: string): CatalogOptions => ({
    channels: ["mail"],
    channelFacts: [{ name: "mail", provider, contacts: ["email"] }],
  });
  const place = "templates/default/nudge.mail.en.hbs";

  it("is required where the provider sends e-mails, and nowhere else", () => {
    expect(faultsOf(files("Hi"), withProvider("smtp"))).toEqual([
      `${place}:1: an e-mail needs a subject: begin the file with ---, a line "subject: …", and ---`,
    ]);
    expect(faultsOf(files("Hi"), withProvider("webhook"))).toEqual([]);
    // Stored texts stay readable when their channel gets another provider.
    expect(faultsOf(files("Hi"), { ...withProvider("smtp"), stored: true })).toEqual([]);
  });

  it.each([
    ['subject: "{{order.nmae}}"', 2, "subject: "],
    ['subject: "  "', 2, "subject: must not be empty"],
    ["subject: 7", 2, "subject: must be text"],
    ["html: true", 2, "html: is for e-mails"],
    ["subject: Hi\nhtml: yes please", 3, "html: must be true or false"],
    [`subject: ${"x".repeat(501)}`, 2, "subject: is longer than 500 characters"],
  ])("is checked when the text is saved: %s", (front, line, fault) => {
    const faults = faultsOf(files(`---\n${front}\n---\nHi`), withProvider("smtp"));
    expect(faults[0]).toContain(`${place}:${line}: ${fault}`);
  });

  it("is rendered as one line with the text, for every provider", () => {
    const template = catalogOf(
      files('---\nsubject: "Order  {{order.id}}\\n{{count}}"\nhtml: true\n---\nHi'),
      withProvider("smtp"),
    ).templates[0];
    const rendered = template?.render(SAMPLE_DATA, "webhook");
    expect(rendered).toMatchObject({ ok: true, text: "Hi", mail: { html: true } });
    expect(rendered?.ok === true && rendered.mail?.subject).toMatch(/^Order \S+ \d+$/);
    const bare = catalogOf(files('---\nsubject: "{{#if order.note}}x{{/if}}"\n---\nHi'), withProvider("smtp"))
      .templates[0];
    const orders = SAMPLE_FACTS.orders.map((order) => ({ ...order, note: null }));
    expect(bare?.render(buildTemplateData({ ...SAMPLE_FACTS, orders }))).toEqual({
      ok: false,
      message: "subject: the text is empty",
    });
  });

  it("names what the text speaks of", () => {
    const of = (subject: string) =>
      catalogOf(files(`---\nsubject: "${subject}"\n---\nHi`), withProvider("smtp")).templates[0]?.speaksOf;
    expect(of("Dear {{buyer.name}}")).toEqual({ name: true, items: false });
    expect(of("{{count}}")).toEqual({ name: false, items: false });
  });
});

describe("faults", () => {
  it("are reported all at once, each with file and line", () => {
    expect(
      faultsOf({
        "b/campaign.yaml": `${CAMPAIGN}holdout: 105%\nprioritiy: 1\n`,
        "b/nudge.sms.en.hbs": "{{x}}",
        "default/campaign.yaml": `${CAMPAIGN}  - { id: last, at: { beforeClose: 30m }, channels: [sms, chat] }\nvariants: { a: 1, b: 1 }\n`,
        "default/nudge.sms.en.hbs": "Hi\n\n{{buyer.nmae}}\n{{moeny total}}",
        "default/nudge.sms.zh-cn.hbs": "x",
        "default/nudge.sms.xx-yy-zz-1.hbs": "x",
        "default/nudgee.sms.en.hbs": "x",
        "default/nudge.chat.en.hbs": "x",
        "default/nudge.c.sms.en.hbs": "x",
        "default/last.a.sms.en.hbs": "x",
        "default/notes.txt": "x",
        "default/sms.en.hbs": "x",
        "my campaign/nudge.sms.en.hbs": "x",
      }),
    ).toEqual([
      "templates/b/campaign.yaml:3: holdout: must be at most 100%",
      "templates/b/campaign.yaml:4: prioritiy: unknown key (did you mean `priority`?)",
      expect.stringContaining("templates/b/nudge.sms.en.hbs:1: unknown variable {{x}}"),
      "templates/default/nudge.sms.en.hbs:3: unknown variable {{buyer.nmae}} (did you mean buyer.name?)",
      "templates/default/nudge.sms.en.hbs:4: unknown helper {{moeny …}} (did you mean money?)",
      "templates/default/nudge.sms.zh-cn.hbs: the locale zh-cn must be written zh-CN",
      "templates/default/nudge.sms.xx-yy-zz-1.hbs: xx-yy-zz-1 is not a locale: write it like en or zh-CN",
      "templates/default/nudgee.sms.en.hbs: matches nothing: the campaign has no step nudgee (did you mean `nudge`?)",
      "templates/default/nudge.chat.en.hbs: matches nothing: step nudge does not use channel chat",
      "templates/default/nudge.c.sms.en.hbs: matches nothing: the campaign has no variant c (did you mean `a`?)",
      "templates/default/notes.txt: matches nothing: template files are named <step>[.<variant>].<channel>.<locale>.hbs",
      "templates/default/sms.en.hbs: matches nothing: template files are named <step>[.<variant>].<channel>.<locale>.hbs",
      "templates/default/campaign.yaml:3: step last has no template for sms in variant b: add last.sms.en.hbs for all",
      "templates/default/campaign.yaml:3: step last has no template for chat: add last.chat.en.hbs",
      "templates/my campaign: a campaign's directory must be named by letters, digits and dashes, at most 60",
      "templates/my campaign: has no campaign.yaml",
    ]);
  });

  it("count lines from the top of the file, front matter included", () => {
    const file = (text: string) => faultsOf({ "c/campaign.yaml": CAMPAIGN, "c/nudge.sms.en.hbs": text });
    expect(file("---\naliyun:\n  templateCode: A\n  params:\n    name: '{{nmae}}'\n---\nHi\n{{x.y}}")).toEqual([
      expect.stringContaining("nudge.sms.en.hbs:5: aliyun.params.name: unknown variable {{nmae}}"),
      expect.stringContaining("nudge.sms.en.hbs:8: unknown variable {{x.y}}"),
    ]);
    expect(file("---\nalyun: {}\n---\nHi")).toEqual([
      expect.stringContaining("hbs:2: alyun: unknown key (did you mean `aliyun`?)"),
    ]);
    expect(file("---\naliyun: {}\nHi")).toEqual([expect.stringContaining("hbs:1: the front matter has no end")]);
  });
});

describe("findTemplate", () => {
  const catalog = catalogOf({
    "c/campaign.yaml": `${CAMPAIGN}variants: { a: 1, b: 1 }\n`,
    "c/nudge.sms.en.hbs": "en",
    "c/nudge.sms.zh.hbs": "zh",
    "c/nudge.sms.es.hbs": "es",
    "c/nudge.a.sms.en.hbs": "en a",
    "c/nudge.a.sms.zh-CN.hbs": "zh-CN a",
  });
  it.each([
    ["zh-CN", "a", "es", "zh-CN a"],
    ["zh_cn", "a", "es", "zh-CN a"],
    ["zh-CN", "b", "es", "zh"],
    ["zh-CN", null, "es", "zh"],
    ["zh-TW", "a", "es", "zh"],
    ["zh-Hans-CN", null, "es", "zh"],
    ["es-MX", "a", "en", "es"],
    ["fr-FR", "b", "es-ES", "es"],
    ["fr", "a", "de", "en a"],
    ["not a locale", null, "zh-CN", "zh"],
    [null, null, "zh-CN", "zh"],
    ["en-GB", "nonesuch", "es", "en"],
  ])("%s, variant %s, shop %s → %s", (locale, variant, shopLocale, text) => {
    expect(
      textOf(catalog.findTemplate({ campaign: "c", step: "nudge", variant, channel: "sms", locale, shopLocale })),
    ).toBe(text);
  });

  it("finds nothing for an unknown campaign, step or channel", () => {
    const query = { campaign: "c", step: "nudge", variant: null, channel: "sms", locale: "en", shopLocale: "en" };
    expect(catalog.findTemplate({ ...query, channel: "chat" })).toBeNull();
    expect(catalog.findTemplate({ ...query, step: "last" })).toBeNull();
    expect(catalog.findTemplate({ ...query, campaign: "d" })).toBeNull();
  });

  it("tries locales in this order", () => {
    expect(localeChain("zh-Hant-TW", "es-MX")).toEqual(["zh-Hant-TW", "zh-Hant", "zh", "es-MX", "es", "en"]);
    expect(localeChain("en", "en-GB")).toEqual(["en", "en-GB"]);
    expect(localeChain("x".repeat(200), "de")).toEqual(["de", "en"]);
  });
});

describe("versions", () => {
  const files = { "c/campaign.yaml": CAMPAIGN, "c/nudge.sms.en.hbs": "Hi" };
  const versions = (change: Files) => {
    const catalog = catalogOf({ ...files, ...change });
    return [catalog.campaigns[0]?.version, catalog.templates[0]?.version];
  };
  const base = versions({});

  it("stay the same while the meaning does", () => {
    expect(versions({ "c/campaign.yaml": `# a comment\n${CAMPAIGN}minAge: 180s\n` })).toEqual(base);
  });

  it("change with the campaign and with each text", () => {
    const [campaign, template] = versions({ "c/campaign.yaml": `${CAMPAIGN}minAge: 4m\n` });
    expect([campaign !== base[0], template === base[1]]).toEqual([true, true]);
    const other = versions({ "c/nudge.sms.en.hbs": "Hello" });
    expect(other.map((version, index) => version !== base[index])).toEqual([true, true]);
  });
});

describe("warnings", () => {
  it("name campaigns that are over, or in each other's way, with file and line", () => {
    const over = `${CAMPAIGN}active: { to: 2026-11-12T00:00:00Z }\npriority: 0\n`;
    const files = {
      "a/campaign.yaml": CAMPAIGN,
      "a/nudge.sms.en.hbs": "x",
      "b/campaign.yaml": over,
      "b/nudge.sms.en.hbs": "x",
    };
    const now = () => Date.parse("2026-11-13T00:00:00Z");
    const said = warningsOf(files, { ...OPTIONS, now });
    expect(said.filter((line) => line.includes(".yaml")).map((line) => line.slice(0, 60))).toEqual([
      "templates/b/campaign.yaml:3: the campaign is over since 2026",
      "templates/b/campaign.yaml:4: has the same match and priority",
    ]);
  });

  const files = { "c/campaign.yaml": `${CAMPAIGN}match: { shops: [acmee] }\n`, "c/nudge.sms.zh-CN.hbs": "Hi STOP" };
  it("name shops that are not configured and locales without a text", () => {
    expect(warningsOf(files, { ...OPTIONS, shopIds: ["acme"], shopLocales: ["zh-CN", "es", "es"] })).toEqual([
      "templates/c/campaign.yaml:3: no shop acmee is configured (did you mean `acme`?)",
      "templates/c/campaign.yaml:2: step nudge on sms has no template for locale es or en: these buyers get no message",
    ]);
    expect(warningsOf(files, { ...OPTIONS, shopIds: null, shopLocales: ["en", "fr", "es"] })).toEqual([
      "templates/c/campaign.yaml:2: step nudge on sms has no template for locale fr or es or en: these buyers get no message",
    ]);
    expect(warningsOf(files, { ...OPTIONS, shopIds: null, shopLocales: ["en"] })).toEqual([
      "templates/c/campaign.yaml:2: step nudge on sms has no template for locale en: these buyers get no message",
    ]);
    expect(warningsOf(files, { ...OPTIONS, shopIds: null, shopLocales: ["zh-CN"] })).toEqual([]);
  });
  it("name a step without a configured channel", () => {
    expect(warningsOf(files, { ...OPTIONS, channels: ["chat"], shopLocales: ["zh-CN"] })).toEqual([
      "templates/c/campaign.yaml:2: channel sms is not configured: step nudge is never sent",
    ]);
  });
  it("name steps that never fit", () => {
    const tight = { ...files, "c/campaign.yaml": `${CAMPAIGN}whenTight: skip\nminAge: 2d\n` };
    expect(warningsOf(tight, { ...OPTIONS, shopLocales: ["zh-CN"] })).toEqual([
      "templates/c/campaign.yaml:2: step nudge: at: is always sooner than minAge (2d) allows; with whenTight: skip it is never sent",
    ]);
  });

  it("are data too, about the campaign and about its texts", () => {
    const built = build({
      "c/campaign.yaml": `${CAMPAIGN}repeatAfter: 9d\n`,
      "c/nudge.sms.en.hbs": "---\ncategory: marketing\n---\nHi 催款",
    });
    expect(built.ok && built.advice).toEqual([
      {
        code: "repeats_late",
        campaign: "c",
        file: "c/campaign.yaml",
        line: 3,
        message: expect.stringContaining("9d is far longer than orders stay open (1d)"),
      },
      {
        code: "refused_word",
        campaign: "c",
        file: "c/nudge.sms.en.hbs",
        line: 4,
        message: expect.stringContaining("催款"),
      },
      {
        code: "no_opt_out",
        campaign: "c",
        file: "c/nudge.sms.en.hbs",
        line: 4,
        message: expect.anything(),
      },
    ]);
    expect(built.ok && built.warnings[0]).toMatch(/^templates\/c\/campaign\.yaml:3: 9d is far/);
  });
});

describe("loadCatalog", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "dunlin-catalog-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  const faults = () => {
    const result = loadCatalog(dir, OPTIONS);
    return result.ok ? [] : result.faults.map((fault) => fault.replace(dir, "D"));
  };

  it("reads a directory and skips dot files and Markdown", () => {
    write("c/campaign.yaml", CAMPAIGN);
    write("c/nudge.sms.en.hbs", "\uFEFFHi {{buyer.name}}\n");
    write("c/README.md", "x");
    write("c/.DS_Store", "x");
    write("README.md", "x");
    const result = loadCatalog(dir, OPTIONS);
    expect(result.ok && result.catalog.templates.map(({ id }) => id)).toEqual(["c/nudge.sms.en"]);
    expect(result.ok && textOf(result.catalog.templates[0] ?? null)).toBe("Hi Li Lei");
  });

  it("come out at once from the campaign, its texts and both together, beside the warnings of other campaigns", () => {
    const built = buildCatalog(
      new Map([
        [
          "a/campaign.yaml",
          "priority: high\npriority: 3\nsteps:\n  - { id: nudge, at: { afterCreated: 1x }, channels: [sms, chat] }\n",
        ],
        ["a/nudge.sms.en.hbs", "{{totl}} {name}"],
        ["a/nudg.sms.en.hbs", "x"],
        ["b/campaign.yaml", "steps:\n  - { id: nudge, at: { afterCreated: 10m }, channels: [sms] }\n"],
        ["b/nudge.sms.en.hbs", "{{shop}}"],
      ]),
      { channels: ["sms", "chat"] },
      "t",
    );
    expect(built.ok ? [] : built.faults).toEqual([
      "t/a/campaign.yaml:2: the key `priority` is there twice",
      "t/a/campaign.yaml:4: step nudge: at.afterCreated: must be a duration like 90s, 10m, 1h30m or 2d",
      "t/a/nudge.sms.en.hbs:1: unknown variable {{totl}} (did you mean total?)",
      "t/a/nudge.sms.en.hbs:1: {name} looks like a variable: write {{buyer.name}}",
      "t/a/nudg.sms.en.hbs: matches nothing: the campaign has no step nudg (did you mean `nudge`?)",
      "t/a/campaign.yaml:4: step nudge has no template for chat: add nudge.chat.en.hbs",
    ]);
    expect(built.warnings).toEqual([
      expect.stringMatching(/^t\/b\/nudge\.sms\.en\.hbs:1: does not say how to opt out/),
    ]);
  });

  it("names files that do not belong there or cannot be read", () => {
    expect(loadCatalog(join(dir, "none"), OPTIONS)).toEqual({
      ok: false,
      faults: [`${dir}/none: the directory does not exist`],
      warnings: [],
    });
    expect(faults()).toEqual(["D: has no campaign: add a directory with a campaign.yaml"]);
    write("c/campaign.yaml", CAMPAIGN);
    write("c/nudge.sms.en.hbs", new Uint8Array([0x48, 0xff, 0xfe]));
    write("c/sub/x.hbs", "x");
    write("stray.hbs", "x");
    symlinkSync("nowhere", join(dir, "c", "dangling"));
    expect(faults()).toEqual([
      "D/c/dangling: is not a file: remove it",
      "D/c/nudge.sms.en.hbs: is not UTF-8 text",
      "D/c/sub: is not a file: remove it",
      "D/stray.hbs: is not a directory: each campaign needs a directory of its own",
      "D/c/campaign.yaml:2: step nudge has no template for sms: add nudge.sms.en.hbs",
    ]);
  });
});

describe("one number for shops of several currencies", () => {
  const files = (more: string): Files => ({
    "a/campaign.yaml": `${CAMPAIGN}${more}\n`,
    "a/nudge.sms.en.hbs": "{{shop}}: {{total}} STOP",
  });
  const shopCurrencies = [
    { shop: "acme", currency: "CNY" },
    { shop: "lola", currency: "EUR" },
    { shop: null, currency: "EUR" },
  ];
  const options = { ...OPTIONS, shopCurrencies };

  it.each([
    ['manual: { amountAtLeast: "3000" }', "manual.amountAtLeast", "3000"],
    ["match: { shops: [acme, lola], amount: { min: 30 } }", "match.amount.min", "30"],
    ['match: { shops: [acme, another], amount: { max: "30.00" } }', "match.amount.max", "30.00"],
    ['exclude: { amount: { min: "30.00" } }', "exclude.amount.min", "30.00"],
  ])("is a fault that says what to write: %s", (more, path, number) => {
    const other = more.includes("another") ? "other shops" : "lola";
    expect(faultsOf(files(more), options)).toEqual([
      `templates/a/campaign.yaml:3: ${path}: is one number, and the shops of this campaign have several currencies: CNY (acme), EUR (${other}). Write an amount for each: { CNY: "${number}", EUR: "…" }`,
    ]);
  });

  it.each([
    "match: { shops: [acme], amount: { min: 30 } }",
    'match: { shops: [lola, another] }\nmanual: { amountAtLeast: "400" }',
    'manual: { amountAtLeast: { CNY: "3000", EUR: "400" } }',
  ])("is none where the shops that match share a currency, or each has its amount: %s", (more) =>
    expect(faultsOf(files(more), options)).toEqual([]),
  );

  it("is a warning in a campaign that was stored before the shops had several", () => {
    const stored = files("match: { amount: { min: 30 } }");
    expect(warningsOf(stored, { ...options, stored: true })).toEqual([
      expect.stringContaining("campaign.yaml:3: match.amount.min is one number, and the shops"),
    ]);
  });
});
