// biome-ignore-all lint/suspicious/noTemplateCurlyInString: dunlin.yaml has ${VARIABLES} of its own
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadOrCreateKeys } from "../../../src/config/keys.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { DAY, HOUR } from "../../../src/core/values/duration.ts";
import { contactsOf } from "../../../src/providers/all.ts";

const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "dunlin-config-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const write = (text: string, name = "dunlin.yaml") => writeFileSync(join(cwd, name), text);
const configOf = (env: Record<string, string | undefined> = {}) => {
  const result = loadConfig(env, cwd);
  if (!result.ok) throw new Error(result.faults.join("\n"));
  return result.config;
};
const faultsOf = (env: Record<string, string | undefined> = {}) => {
  const result = loadConfig(env, cwd);
  return result.ok ? [] : result.faults;
};

describe("without anything", () => {
  it("has the documented defaults, accepts every shop and prints messages", () => {
    const config = configOf();
    expect(config).toMatchObject({
      databaseUrl: null,
      directUrl: null,
      readUrl: null,
      databaseConnections: 16,
      queueUrl: null,
      dataDir: join(cwd, ".dunlin"),
      templatesDir: join(cwd, "templates"),
      host: "127.0.0.1",
      port: 8025,
      apiKey: null,
      secretKey: null,
      logLevel: "info",
      implicitShops: true,
      shopIds: [],
    });
    expect(config.shop("anyone")).toEqual({
      id: "anyone",
      timeZone: "UTC",
      locale: "en",
      currency: "USD",
      country: null,
      joinAtMost: 5,
      closeAfter: null,
      quietHours: { from: 22 * HOUR, to: 8 * HOUR },
      cashOnDelivery: ["cod"],
      chaseShipped: false,
      name: null,
      webhooks: {},
      poll: {},
      verify: null,
      resultAt: null,
      guard: null,
    });
    expect(config.channels.map(({ name, provider, contacts }) => [name, provider, ...contacts])).toEqual([
      ["sms", "console", "phone"],
      ["chat", "console", "chat"],
    ]);
  });

  it("cannot be changed", () => {
    const config = configOf();
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.retention, { events: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.channels[0] ?? {}, { url: "x" })).toThrow(TypeError);
    expect(() => Object.assign(config.shop("a") ?? {}, { timeZone: "x" })).toThrow(TypeError);
  });
});

describe("environment", () => {
  it("is read from every variable", () => {
    const config = configOf({
      DATABASE_URL: "postgres://u:p@db/dunlin",
      QUEUE_URL: "redis+cluster://h1:6379,h2:6380",
      DUNLIN_DATA_DIR: "/var/lib/dunlin",
      DUNLIN_TEMPLATES: "texts",
      HOST: "0.0.0.0",
      PORT: "0",
      DUNLIN_API_KEY: "k",
      DUNLIN_SECRET_KEY: SECRET_KEY,
      LOG_LEVEL: "DEBUG",
    });
    expect(config).toMatchObject({
      databaseUrl: "postgres://u:p@db/dunlin",
      directUrl: null,
      readUrl: null,
      databaseConnections: 16,
      queueUrl: "redis+cluster://h1:6379,h2:6380",
      dataDir: "/var/lib/dunlin",
      templatesDir: join(cwd, "texts"),
      host: "0.0.0.0",
      port: 0,
      apiKey: "k",
      logLevel: "debug",
    });
    expect(config.secretKey).toEqual(Buffer.alloc(32, 7));
  });

  it.each(["redis://h", "rediss://u:p@h:1/2", "postgres://h/d", "postgresql://h/d", "redis+cluster://u:p@a:1,b:2"])(
    "takes the queue %s",
    (QUEUE_URL) => expect(configOf({ QUEUE_URL }).queueUrl).toBe(QUEUE_URL),
  );

  it("counts an empty variable as unset", () => {
    expect(configOf({ DATABASE_URL: "", PORT: "", DUNLIN_CONFIG: "" })).toMatchObject({
      databaseUrl: null,
      directUrl: null,
      readUrl: null,
      databaseConnections: 16,
      port: 8025,
    });
  });

  it("reports all faults at once, and no secret", () => {
    const faults = faultsOf({
      DATABASE_URL: "mysql://u:hunter2@h/d",
      QUEUE_URL: "redis+cluster://hunter2@h1",
      DUNLIN_SECRET_KEY: "hunter2",
      DUNLIN_API_KEY: "hunter2 hunter2",
      PORT: "80250",
      DATABASE_CONNECTIONS: "3",
      LOG_LEVEL: "inf",
      DUNLIN_CONFIG: "missing.yaml",
    });
    expect(faults.map((fault) => fault.split(":")[0])).toEqual([
      "DATABASE_URL",
      "QUEUE_URL",
      "DUNLIN_API_KEY",
      "DATABASE_CONNECTIONS",
      "PORT",
      "DUNLIN_SECRET_KEY",
      "LOG_LEVEL",
      "DUNLIN_CONFIG",
    ]);
    expect(faults.join()).not.toContain("hunter2");
  });

  it("requires a secret key with a database, and says how to make one", () => {
    expect(faultsOf({ DATABASE_URL: "postgres://h/d" })).toEqual([expect.stringContaining("openssl rand -base64 32")]);
    expect(faultsOf({ DATABASE_URL: "postgres://h/d", DUNLIN_SECRET_KEY: SECRET_KEY })).toEqual([]);
  });

  it("reports that the named file is missing or a directory", () => {
    expect(faultsOf({ DUNLIN_CONFIG: "nope.yaml" })).toEqual(["DUNLIN_CONFIG: nope.yaml: does not exist"]);
    expect(faultsOf({ DUNLIN_CONFIG: "." })).toEqual(["DUNLIN_CONFIG: .: is a directory, not a file"]);
  });

  it("reports a file that is not UTF-8, as an editor in China may save it", () => {
    writeFileSync(
      join(cwd, "dunlin.yaml"),
      Buffer.concat([Buffer.from("shops: { a: { name: "), Buffer.from("c7e7d3ea", "hex"), Buffer.from(" } }")]),
    );
    expect(faultsOf()).toEqual(["dunlin.yaml: is not UTF-8 text: save it as UTF-8"]);
  });
});

describe("shops", () => {
  it("may have an offset as their zone, and no name of several zones", () => {
    write("shops: { acme: { timeZone: +08:00 } }");
    expect(configOf().shop("acme")?.timeZone).toBe("Etc/GMT-8");
    write("shops: { acme: { timeZone: CST } }");
    expect(faultsOf()).toEqual([
      expect.stringContaining("timeZone: CST means several time zones: write Asia/Shanghai or America/Chicago"),
    ]);
  });

  const ACME = `shops:
  acme: { timeZone: Asia/Shanghai, locale: zh-cn, currency: CNY, closeAfter: 24h, quietHours: { from: "22:00", to: "08:00" },
          name: Acme Fashion, chaseShipped: true, webhooks: { shopify: { secret: "\${SHOPIFY_SECRET}" } } }
`;

  it("are as listed; any other is refused", () => {
    write(ACME);
    const config = configOf({ SHOPIFY_SECRET: "s3" });
    expect(config.shop("acme")).toEqual({
      id: "acme",
      timeZone: "Asia/Shanghai",
      locale: "zh-CN",
      currency: "CNY",
      country: "CN",
      joinAtMost: 5,
      closeAfter: DAY,
      quietHours: { from: 22 * HOUR, to: 8 * HOUR },
      cashOnDelivery: ["cod"],
      chaseShipped: true,
      name: "Acme Fashion",
      webhooks: { shopify: { secrets: ["s3"], settings: {} } },
      poll: {},
      verify: null,
      resultAt: null,
      guard: null,
    });
    expect([config.implicitShops, config.shopIds, config.shop("other")]).toEqual([false, ["acme"], null]);
    for (const id of ["*", "__proto__", "constructor"]) expect(config.shop(id)).toBeNull();
  });

  it("have a result of the day at their hour, if somebody gets it", () => {
    const notices = 'notices: { ops: { provider: slack, url: "https://hooks.slack.com/services/x" } }\n';
    write(`${notices}shops: { "*": { resultAt: "09:00" }, acme: { resultAt: off }, beta: { resultAt: "21:30" } }`);
    const { shop } = configOf();
    expect(["acme", "beta", "other"].map((id) => shop(id)?.resultAt)).toEqual([null, 21.5 * HOUR, 9 * HOUR]);
    write(`${notices}shops: { acme: { resultAt: "9" } }`);
    expect(faultsOf()).toEqual([expect.stringContaining('resultAt: must be off or a time of day like "09:00"')]);
    write('shops: { acme: { resultAt: "09:00" } }');
    expect(faultsOf()).toEqual([expect.stringContaining("shops.acme.resultAt: needs an entry in notices")]);
  });

  it("may be polled: the keys of each platform, and an interval", () => {
    write(`shops:
  acme:
    poll:
      woocommerce: { url: "https://shop.example", key: ck, secret: "\${SHOPIFY_SECRET}", every: 5s }
      taobao: { appKey: "1", appSecret: s, session: t }
      youzan: { clientId: c, clientSecret: s, kdtId: 88 }
    webhooks: { woocommerce: { secret: [new, old] }, youzan: { secret: s, clientId: c } }
`);
    const shop = configOf({ SHOPIFY_SECRET: "s3" }).shop("acme");
    expect(shop?.poll).toEqual({
      woocommerce: { everyMs: 5_000, access: { url: "https://shop.example", key: "ck", secret: "s3" } },
      taobao: {
        everyMs: 60_000,
        access: { url: "https://eco.taobao.com/router/rest", appKey: "1", appSecret: "s", session: "t" },
      },
      youzan: {
        everyMs: 60_000,
        access: { url: "https://open.youzanyun.com", clientId: "c", clientSecret: "s", kdtId: "88" },
      },
    });
    expect(shop?.webhooks).toEqual({
      woocommerce: { secrets: ["new", "old"], settings: {} },
      youzan: { secrets: ["s"], settings: { clientId: "c" } },
    });
    write("shops: { acme: { poll: { woocommerce: { url: x, key: a } }, webhooks: { shopify: { secret: [] } } } }");
    expect(faultsOf()).toEqual([
      "dunlin.yaml:1: shops.acme.webhooks.shopify.secret: needs at least one secret",
      "dunlin.yaml:1: shops.acme.poll.woocommerce.url: must be an http:// or https:// URL",
      "dunlin.yaml:1: shops.acme.poll.woocommerce.secret: is required",
    ]);
  });

  it("may be verified, with the access that this needs", () => {
    const poll = "poll: { woocommerce: { url: http://x.example, key: a, secret: b } }";
    write(`shops:
  acme: { verify: { with: woocommerce }, ${poll} }
  own: { verify: { with: http, url: "http://127.0.0.1:9/u", secret: s, timeout: 5s, onError: skip } }
`);
    const config = configOf();
    expect(config.shop("acme")?.verify).toEqual({
      with: "woocommerce",
      url: null,
      secret: null,
      timeoutMs: 2_000,
      onError: "send",
    });
    expect(config.shop("own")?.verify).toEqual({
      with: "http",
      url: "http://127.0.0.1:9/u",
      secret: "s",
      timeoutMs: 5_000,
      onError: "skip",
    });
    write(`shops:
  "*": { ${poll} }
  inherits: { verify: { with: woocommerce } }
  lacks: { verify: { with: shopify } }
  own: { verify: { with: http, timeout: 11s } }
`);
    expect(faultsOf()).toEqual([
      "dunlin.yaml:4: shops.lacks.verify.with: needs shops.lacks.poll.shopify: the access to its API",
      "dunlin.yaml:5: shops.own.verify.timeout: must be at most 10s",
      "dunlin.yaml:5: shops.own.verify.url: is required: the address that is asked",
      "dunlin.yaml:5: shops.own.verify.secret: is required: it signs the questions",
    ]);
  });

  it("report what keys lack together beside the other faults", () => {
    write(`shops:
  own: { verify: { with: http }, currency: XYZ, resultAt: "09:00" }
  lacks: { verify: { with: shopify, timeout: 1 } }
  odd: 5
  none: { verify: 7, poll: 8 }
notices: { ops: 5 }
publicUrl: 3
`);
    expect(faultsOf()).toEqual(
      expect.arrayContaining([
        "dunlin.yaml:2: shops.own.currency: is not an ISO 4217 currency code, like CNY",
        "dunlin.yaml:2: shops.own.verify.url: is required: the address that is asked",
        "dunlin.yaml:2: shops.own.verify.secret: is required: it signs the questions",
        "dunlin.yaml:3: shops.lacks.verify.with: needs shops.lacks.poll.shopify: the access to its API",
        "dunlin.yaml:4: shops.odd: must be a map of keys",
        "dunlin.yaml:5: shops.none.verify: must be a map of keys",
        "dunlin.yaml:7: publicUrl: must be text (put it in quotes)",
      ]),
    );
    write('shops: { acme: { resultAt: "09:00" } }\npublicUrl: 3\n');
    expect(faultsOf()).toHaveLength(2);
  });

  it("name the line of the value that counts when a key is there twice", () => {
    write("shops:\n  acme: { currency: CNY }\n  acme:\n    currency: XYZ\n");
    expect(faultsOf()).toEqual([
      "dunlin.yaml:3: the key `acme` is there twice",
      "dunlin.yaml:4: shops.acme.currency: is not an ISO 4217 currency code, like CNY",
    ]);
  });

  it("may guard their payment methods; it is off without the key", () => {
    write(`shops:
  "*": { guard: {} }
  acme: { guard: { unpaidJump: 2.5x, atLeast: 200, within: 1h } }
  calm: { guard: off }
`);
    const config = configOf();
    expect(config.shop("acme")?.guard).toEqual({ unpaidJump: 2.5, atLeast: 200, within: HOUR });
    expect(config.shop("calm")?.guard).toBeNull();
    expect(config.shop("other")?.guard).toEqual({ unpaidJump: 3, atLeast: 50, within: HOUR / 2 });
    write("shops: { acme: {} }");
    expect(configOf().shop("acme")?.guard).toBeNull();
    write(`shops:
  a: { guard: { unpaidJump: 3, atLeast: 0, within: 1m } }
  b: { guard: { unpaidJump: 1x } }
  c: { guard: on }
  d: { guard: { unpaidJumps: 3x } }
`);
    expect(faultsOf()).toEqual([
      "dunlin.yaml:2: shops.a.guard.unpaidJump: must be a factor like 3x",
      "dunlin.yaml:2: shops.a.guard.atLeast: must be a whole number from 1 to 1000000",
      "dunlin.yaml:2: shops.a.guard.within: must be from 5m to 24h",
      "dunlin.yaml:3: shops.b.guard.unpaidJump: must be from 1.5x to 100x",
      "dunlin.yaml:4: shops.c.guard: must be off or a map of unpaidJump, atLeast and within",
      "dunlin.yaml:5: shops.d.guard.unpaidJumps: unknown key (did you mean `unpaidJump`?)",
    ]);
  });

  it("are in the country of their zone and currency, unless they name one", () => {
    write(`shops:
  "*": { timeZone: Europe/Berlin, currency: EUR }
  sweden: { currency: SEK }
  unknown: { currency: USD }
  named: { currency: USD, country: at }
`);
    const countries = ["any", "sweden", "unknown", "named"].map((id) => configOf().shop(id)?.country);
    expect(countries).toEqual(["DE", "SE", null, "AT"]);
    write("shops: { acme: { country: China } }\n");
    expect(faultsOf()).toEqual([expect.stringContaining("is not an ISO 3166 country code of two letters, like CN")]);
  });

  it("take missing keys from the entry for all, which also stands for any other shop", () => {
    write(`shops: { "*": { timeZone: Europe/Madrid, currency: EUR, closeAfter: 2d, quietHours: { from: "21:00", to: "09:00" } },
      acme: { timeZone: Asia/Tokyo, closeAfter: off, quietHours: off } }`);
    const config = configOf();
    expect(config.shop("other")).toMatchObject({ id: "other", timeZone: "Europe/Madrid", closeAfter: 2 * DAY });
    expect(config.shop("acme")).toMatchObject({
      timeZone: "Asia/Tokyo",
      currency: "EUR",
      closeAfter: null,
      quietHours: null,
    });
    expect(config.shop("other")).toBe(config.shop("other"));
    expect(config.implicitShops).toBe(false);
  });

  it("are implicit when only channels are configured", () => {
    write("channels: { sms: { provider: console } }");
    expect(configOf()).toMatchObject({ implicitShops: true });
    expect(configOf().shop("x")?.timeZone).toBe("UTC");
  });

  it("reports line and variable of a secret that is not set, with all other faults", () => {
    write(
      `${ACME}  beta: { timeZone: Mars/Olympus, currency: XXQ, locale: "not a locale" }\n  gamma: { timezone: UTC }\n`,
    );
    expect(faultsOf()).toEqual([
      "dunlin.yaml:3: shops.acme.webhooks.shopify.secret: the environment variable SHOPIFY_SECRET is not set",
      "dunlin.yaml:4: shops.beta.timeZone: is not an IANA time zone, like Asia/Shanghai, or an offset, like +08:00",
      "dunlin.yaml:4: shops.beta.locale: is not a BCP 47 locale, like zh-CN",
      "dunlin.yaml:4: shops.beta.currency: is not an ISO 4217 currency code, like CNY",
      "dunlin.yaml:5: shops.gamma.timezone: unknown key (did you mean `timeZone`?)",
    ]);
  });

  it("must have a name", () => {
    write('shops:\n  "": {}\n  beta: { locale: en }\n');
    expect(faultsOf()).toEqual([
      'dunlin.yaml:2: shops.: the key must not be empty: name a shop, or write "*" for every shop that is not listed',
    ]);
  });

  it.each(["+25:00", "Asia/Shangai", ""])("refuses the zone %j", (zone) => {
    write(`shops: { acme: { timeZone: "${zone}" } }`);
    expect(faultsOf()[0]).toContain("is not an IANA time zone");
  });
});

describe("channels", () => {
  it("are as configured", () => {
    write(`channels:
  sms: { provider: webhook, url: "http://127.0.0.1:9100/sms", secret: "\${S}", ratePerSecond: 500, timeout: 5s, connections: 300, cost: { amount: "0.045", currency: CNY }, fallback: line }
  line: { provider: console }
`);
    expect(configOf({ S: "whsec" }).channels).toEqual([
      {
        name: "sms",
        provider: "webhook",
        contacts: ["phone"],
        ratePerSecond: 500,
        timeoutMs: 5_000,
        connections: 300,
        cost: { micros: 45_000, currency: "CNY" },
        fallback: "line",
        settings: { url: "http://127.0.0.1:9100/sms", secret: "whsec" },
      },
      {
        name: "line",
        provider: "console",
        contacts: ["chat.line"],
        ratePerSecond: null,
        timeoutMs: 10_000,
        connections: 128,
        cost: null,
        fallback: null,
        settings: {},
      },
    ]);
  });

  it("cap what an address gets as the provider documents it, or as configured, or not at all", () => {
    const aliyun = "provider: aliyun-sms, accessKeyId: a, accessKeySecret: b, signName: x";
    write(`channels:
  usual: { ${aliyun} }
  own: { ${aliyun}, caps: { perAddress: 5, per: 1h } }
  none: { ${aliyun}, caps: off }
  other: { provider: console }
`);
    expect(configOf().channels.map(({ caps }) => caps)).toEqual([
      { perAddress: 50, per: 86_400_000 },
      { perAddress: 5, per: 3_600_000 },
      undefined,
      undefined,
    ]);
    write("channels: { sms: { provider: console, caps: { perAddress: 0, per: 1h } } }");
    expect(faultsOf()[0]).toContain("must be a whole number from 1 to 1000000");
  });

  it("pause themselves by the default thresholds, by their own, or never", () => {
    write(`channels:
  usual: { provider: console }
  own: { provider: console, pauseWhen: { rejected: 5%, within: 30m } }
  never: { provider: console, pauseWhen: off }
`);
    const own = { rejected: 0.05, optOut: 0.02, invalid: 0.2, atLeast: 200, within: 1_800_000 };
    expect(configOf().channels.map(({ pauseWhen }) => pauseWhen)).toEqual([undefined, own, null]);
    write(`channels:
  a: { provider: console, pauseWhen: { rejected: 5, atleast: 10 } }
  b: { provider: console, pauseWhen: { atLeast: 0, within: 2d, optOut: 101% } }
  c: { provider: console, pauseWhen: never }
`);
    expect(faultsOf()).toEqual([
      "dunlin.yaml:2: channels.a.pauseWhen.rejected: must be a percentage like 5%",
      "dunlin.yaml:2: channels.a.pauseWhen.atleast: unknown key (did you mean `atLeast`?)",
      "dunlin.yaml:3: channels.b.pauseWhen.optOut: must be at most 100%",
      "dunlin.yaml:3: channels.b.pauseWhen.atLeast: must be at least 1",
      "dunlin.yaml:3: channels.b.pauseWhen.within: must be at most 24h",
      "dunlin.yaml:4: channels.c.pauseWhen: must be off or a map of rejected, optOut, invalid, atLeast and within",
    ]);
  });

  it.each([
    ["sms", "console", "phone"],
    ["bulk-sms", "console", "phone"],
    ["voice", "console", "phone"],
    ["text", "tencent-sms", "phone"],
    ["chat", "whatsapp", "chat.whatsapp", "phone"],
    ["whatsapp", "console", "chat.whatsapp", "phone"],
    ["chat", "console", "chat"],
    ["wechat", "wechat", "chat.wechat"],
    ["line", "console", "chat.line"],
  ])("%s over %s takes %s", (name, provider, ...contacts) => {
    expect(contactsOf(name, provider)).toEqual(contacts);
  });

  it("reports unknown providers, each with its line", () => {
    write(`channels:
  sms: { provider: voicemail, signName: Acme, fallback: voice }
  chat:
    provider: webhok
    url: "http://127.0.0.1:9100/chat"
  voice: { provider: constructor }
`);
    expect(faultsOf()).toEqual([
      "dunlin.yaml:2: channels.sms.provider: is not a provider of this version (known: console, webhook, aliyun-sms, tencent-sms, twilio-sms, whatsapp, wechat, smtp, desk)",
      "dunlin.yaml:4: channels.chat.provider: is not a provider of this version (did you mean `webhook`?)",
      "dunlin.yaml:6: channels.voice.provider: is not a provider of this version (known: console, webhook, aliyun-sms, tencent-sms, twilio-sms, whatsapp, wechat, smtp, desk)",
    ]);
  });

  it("report what a named provider needs, each with its line", () => {
    write(`publicUrl: dunlin.example
channels:
  ali: { provider: aliyun-sms, accessKeyId: a, signNam: x, receiptToken: "a/b" }
  tencent: { provider: tencent-sms, secretKey: "${"$"}{NONE}" }
  twilio: { provider: twilio-sms, accountSid: AC1, authToken: t }
  whatsapp: { provider: whatsapp, phoneNumberId: 1, version: "23" }
  wechat: { provider: wechat, appId: wx1 }
  subscribed:
    provider: wechat
    appSecret: s
    kind: subscribed
`);
    const faults = faultsOf().join("\n");
    for (const fault of [
      "dunlin.yaml:1: publicUrl: must be an http:// or https:// URL",
      "dunlin.yaml:3: channels.ali.accessKeySecret: is required",
      "dunlin.yaml:3: channels.ali.signNam: unknown key (did you mean `signName`?)",
      "dunlin.yaml:3: channels.ali.receiptToken: must be 1 to 200 letters, digits, - and _: `openssl rand -hex 16` makes one",
      "dunlin.yaml:4: channels.tencent.sdkAppId: is required",
      "dunlin.yaml:5: channels.twilio.from: is required, or messagingServiceSid",
      "dunlin.yaml:6: channels.whatsapp.accessToken: is required",
      "dunlin.yaml:6: channels.whatsapp.version: must be a version of the Graph API, like v23.0",
      "dunlin.yaml:7: channels.wechat.appSecret: is required",
      "dunlin.yaml:7: channels.wechat.kind: is required",
      "dunlin.yaml:8: channels.subscribed.appId: is required",
      "dunlin.yaml:11: channels.subscribed.kind: ",
    ])
      expect(faults).toContain(fault);
  });

  it("take the proxies in front of the service, by address or network", () => {
    expect(configOf().trustedProxies).toEqual([]);
    write("trustedProxies: [10.0.0.7, 10.1.0.0/16, '::1', 'fd00::/8']\n");
    expect(configOf().trustedProxies).toEqual(["10.0.0.7", "10.1.0.0/16", "::1", "fd00::/8"]);
    write("trustedProxies: [proxy.example]\n");
    expect(faultsOf()).toEqual([
      "dunlin.yaml:1: trustedProxies[0]: must be an address like 10.0.0.7, or a network like 10.0.0.0/8",
    ]);
  });

  it("take a named provider with its defaults", () => {
    write(`publicUrl: https://dunlin.example
channels:
  tencent: { provider: tencent-sms, secretId: a, secretKey: b, sdkAppId: 1400, signName: 晴雨 }
`);
    const { channels, publicUrl } = configOf();
    expect(publicUrl).toBe("https://dunlin.example");
    expect(channels).toMatchObject([
      { contacts: ["phone"], signName: "晴雨", settings: { secretId: "a", sdkAppId: "1400", region: "ap-guangzhou" } },
    ]);
  });

  it("report faults within entries and between them", () => {
    write(`channels:
  sms: { provider: webhook, ratePerSecond: -1, fallback: chat }
  chat: { provider: webhook, url: "ftp://h", timout: 5s, fallback: voice }
  voice: { provider: console, fallback: sms, cost: { amount: 0.0000001, currency: CNY } }
  ali: { provider: console, fallback: smss, ratePerSeconds: 5 }
  self: { provider: console, fallback: self, contact: fax, anything: 1 }
retention: { evnts: 10d }
`);
    expect(faultsOf().map((fault) => fault.replace(/ \(known.*/, ""))).toEqual([
      "dunlin.yaml:2: channels.sms.ratePerSecond: must be more than 0 and at most 1000000",
      "dunlin.yaml:2: channels.sms.url: is required",
      "dunlin.yaml:2: channels.sms.fallback: leads back to itself: sms → chat → voice → sms",
      "dunlin.yaml:3: channels.chat.url: must be an http:// or https:// URL",
      "dunlin.yaml:3: channels.chat.timout: unknown key (did you mean `timeout`?)",
      'dunlin.yaml:4: channels.voice.cost.amount: must be an amount like "30.00", not negative, at most six decimals',
      "dunlin.yaml:5: channels.ali.ratePerSeconds: unknown key (did you mean `ratePerSecond`?)",
      "dunlin.yaml:5: channels.ali.fallback: is not a channel (did you mean `sms`?)",
      "dunlin.yaml:6: channels.self.contact: must be phone, email, chat or chat.<kind>, or a list of them",
      "dunlin.yaml:6: channels.self.anything: unknown key",
      "dunlin.yaml:6: channels.self.fallback: leads back to itself: self → self",
      "dunlin.yaml:7: retention.evnts: unknown key (did you mean `events`?)",
    ]);
  });

  it.each([
    ['url: "ftp://x/y"', "url: must be an http:// or https:// URL"],
    ['url: "127.0.0.1:9100"', "url: must be an http:// or https:// URL"],
    ['url: "http://a%ZZ:b@h/"', "url: has a broken % escape in its user or password"],
    ['url: "http://h/", secret: ""', "secret: must not be empty"],
    ['url: "http://h/", secret: "whsec_!!"', "secret: must have base64 after whsec_"],
    ['url: "http://h/", idempotent: "yes"', "idempotent: must be true or false"],
    ...["0", "1.5", "901", "-1"].map((n) => [
      `url: "http://h/", connections: ${n}`,
      "connections: must be a whole number from 1 to 900",
    ]),
    ['url: "http://h/", retries: 3', "retries: unknown key (known: provider"],
  ])("of a webhook refuse %s", (keys, fault) => {
    write(`channels: { sms: { provider: webhook, ${keys} } }`);
    expect(faultsOf()).toEqual([expect.stringContaining(`dunlin.yaml:1: channels.sms.${fault}`)]);
  });

  it("of a mail server have few connections and take the buyer's e-mail address", () => {
    write(
      'channels: { mail: { provider: smtp, url: "smtps://a%40b:${P}@mail.acme.cn", from: "Acme <a@acme.example>" } }',
    );
    expect(configOf({ P: "s3cret" }).channels).toMatchObject([
      { contacts: ["email"], connections: 5, settings: { url: "smtps://a%40b:s3cret@mail.acme.cn" } },
    ]);
  });

  it.each([
    ['url: "https://mail.acme.cn", from: a@acme.cn', "url: must be smtps://user:password@host:465"],
    ['url: "smtps://user@mail.acme.cn", from: a@acme.cn', "url: must be smtps://user:password@host:465"],
    ['url: "smtps://u:%ZZ@mail.acme.cn", from: a@acme.cn', "url: must be smtps://user:password@host:465"],
    ['url: "smtps://mail.acme.cn/path", from: a@acme.cn', "url: must be smtps://user:password@host:465"],
    ['url: "smtps://mail.acme.cn"', "from: is required"],
    ['url: "smtps://mail.acme.cn", from: Acme', "from: must be an e-mail address"],
    ['url: "smtps://mail.acme.cn", from: "a@acme.cn\\nBcc: b@acme.cn"', "from: must be an e-mail address"],
    ['url: "smtps://mail.acme.cn", from: a@acme.cn, unsubscribe: "http://h"', "unsubscribe: must be a mailto: address"],
    ['url: "smtps://mail.acme.cn", from: a@acme.cn, port: 25', "port: unknown key"],
  ])("of a mail server refuse %s", (keys, fault) => {
    write(`channels: { mail: { provider: smtp, ${keys} } }`);
    expect(faultsOf()).toEqual([expect.stringContaining(`dunlin.yaml:1: channels.mail.${fault}`)]);
  });

  it("of the desk take phones, and no key of messages", () => {
    write(
      'channels: { call: { provider: desk, cost: { amount: "1.5", currency: CNY }, fallback: sms }, sms: { provider: console } }',
    );
    expect(configOf().channels).toMatchObject([
      { provider: "desk", contacts: ["phone"], cost: { micros: 1_500_000 }, fallback: "sms" },
      { provider: "console" },
    ]);
    for (const key of ["ratePerSecond: 5", "timeout: 5s", "connections: 5", "pauseWhen: off", "contact: phone"]) {
      write(`channels: { call: { provider: desk, ${key} } }`);
      const name = key.split(":")[0];
      expect(faultsOf()).toEqual([
        `dunlin.yaml:1: channels.call.${name}: is for messages, and the provider desk sends none: leave it out`,
      ]);
    }
  });

  it("print for a webhook when only its provider is changed", () => {
    write('channels: { sms: { provider: console, url: "http://h/", secret: s } }');
    expect(configOf().channels).toMatchObject([{ provider: "console" }]);
  });

  it("never repeat a secret", () => {
    write(
      `channels: { sms: { provider: webhook, url: "\${URL}", secret: [1], ratePerSecond: "\${URL}", contact: "\${URL}" } }`,
    );
    const faults = faultsOf({ URL: "hunter2" });
    expect(faults).toHaveLength(4);
    expect(faults.join()).not.toContain("hunter2");
  });
});

it("puts the given retention over the defaults", () => {
  const defaults = {
    events: 90 * DAY,
    orders: 400 * DAY,
    contacts: 180 * DAY,
    deliveries: 400 * DAY,
    audit: 730 * DAY,
  };
  expect(configOf().retention).toEqual(defaults);
  write("retention: { events: 10d }");
  expect(configOf().retention).toEqual({ ...defaults, events: 10 * DAY });
});

describe("keys", () => {
  const keysOf = async (env: Record<string, string> = {}) => {
    const result = await loadOrCreateKeys(configOf(env));
    if (!result.ok) throw new Error(result.fault);
    return result.keys;
  };
  const file = (name: string) => join(cwd, ".dunlin", name);

  it("are made once, readable by their owner only, and found again", async () => {
    const first = await keysOf();
    const second = await keysOf();
    expect(first.secretKey).toHaveLength(32);
    expect([first.apiKeyCreated, second.apiKeyCreated]).toEqual([true, false]);
    expect(second).toMatchObject({ secretKey: first.secretKey, apiKey: first.apiKey, apiKeyFile: file("api-key") });
    expect(readdirSync(join(cwd, ".dunlin")).sort()).toEqual(["api-key", "secret-key"]);
    for (const name of ["api-key", "secret-key"]) expect(statSync(file(name)).mode & 0o777).toBe(0o600);
  });

  it("of the environment come first, and nothing is written", async () => {
    const keys = await keysOf({ DUNLIN_SECRET_KEY: SECRET_KEY, DUNLIN_API_KEY: "given" });
    expect(keys).toEqual({ secretKey: Buffer.alloc(32, 7), apiKey: "given", apiKeyCreated: false, apiKeyFile: null });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("are the same for all processes that start at once", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => keysOf()));
    expect(new Set(all.map(({ apiKey }) => apiKey)).size).toBe(1);
    expect(new Set(all.map(({ secretKey }) => secretKey.toString("hex"))).size).toBe(1);
    expect(all.filter(({ apiKeyCreated }) => apiKeyCreated)).toHaveLength(1);
    expect(readdirSync(join(cwd, ".dunlin")).sort()).toEqual(["api-key", "secret-key"]);
  });

  it.each([
    ["secret-key", ""],
    ["secret-key", "AAAA\n"],
    ["api-key", ""],
    ["api-key", "two words of it, both long enough\n"],
  ])("that are damaged (%s: %j) are reported and left as they are", async (name, text) => {
    await keysOf();
    writeFileSync(file(name), text);
    const result = await loadOrCreateKeys(configOf());
    expect(result.ok ? "" : result.fault).toContain(`${file(name)}: is damaged`);
    expect(readFileSync(file(name), "utf8")).toBe(text);
  });

  it("report in one line that the data dir is a file", async () => {
    write("", ".dunlin");
    const result = await loadOrCreateKeys(configOf());
    expect(result.ok ? "" : result.fault).toMatch(/^DUNLIN_DATA_DIR .*\.dunlin: is not a directory/);
  });

  // Root may write everywhere.
  if (process.getuid?.() !== 0)
    it("report in one line that the data dir cannot be written", async () => {
      chmodSync(cwd, 0o500);
      const result = await loadOrCreateKeys(configOf());
      chmodSync(cwd, 0o700);
      expect(result.ok ? "" : result.fault).toContain("this user may not write there");
    });
});

describe("notices", () => {
  it("takes the receivers with the keys of their providers", () => {
    write(`notices:
  ops: { provider: dingtalk, url: "https://oapi.dingtalk.com/robot/send?access_token=\${TOKEN}", secret: SECabc }
  boss: { provider: wecom, leaders: true, url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1" }
`);
    expect(configOf({ TOKEN: "t0ken" }).notices).toEqual([
      {
        name: "ops",
        provider: "dingtalk",
        leaders: false,
        settings: { url: "https://oapi.dingtalk.com/robot/send?access_token=t0ken", secret: "SECabc" },
      },
      {
        name: "boss",
        provider: "wecom",
        leaders: true,
        settings: { url: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1" },
      },
    ]);
  });

  it("names every fault with its line, and repeats no key", () => {
    write(`notices:
  a: { provider: dingtak, url: "https://x.example/k3y" }
  b: { provider: wecom, url: "https://x.example/k3y", secret: k3y }
  c: { provider: slack, url: "k3y" }
  d: { provider: feishu }
  e: { url: "https://x.example/k3y" }
  f: { provider: slack, url: "https://x.example/k3y", leaders: hourly }
`);
    const faults = faultsOf();
    expect(faults).toEqual([
      "dunlin.yaml:2: notices.a.provider: takes no notices (did you mean `dingtalk`?)",
      "dunlin.yaml:3: notices.b.secret: unknown key (known: provider, leaders, url)",
      "dunlin.yaml:4: notices.c.url: must be an http:// or https:// URL",
      "dunlin.yaml:5: notices.d.url: is required",
      "dunlin.yaml:6: notices.e.provider: is required",
      "dunlin.yaml:7: notices.f.leaders: must be true or false",
    ]);
    expect(faults.join()).not.toContain("k3y");
  });
});
