/** compose.yaml by hand: its very environment, its files and its commands, without Docker. The addresses of the stores are the only difference. */
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { launch } from "../support/service/program.ts";
import { hasRedis } from "../support/service/redis.ts";
import { API_KEY, PROVIDER_SECRET, rig } from "../support/service/rig.ts";

type Service = {
  readonly command: string[];
  readonly env_file?: string[];
  readonly environment: Record<string, string>;
  readonly volumes: ({ source: string; target: string; bind: { create_host_path: boolean } } | string)[];
};

const root = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as Compose reads them. */
const interpolate = (text: string, env: Record<string, string>): string =>
  text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, rest = "") => {
    const value = env[name] ?? "";
    if (value === "" && kind === "?") throw new Error(rest);
    return value === "" && kind === "-" ? rest : value;
  });

async function composed(env: Record<string, string>): Promise<Record<string, Service>> {
  const text = await readFile(root("compose.yaml"), "utf8");
  const { services } = parse(interpolate(text, env), { merge: true }) as { services: Record<string, Service> };
  return services;
}

/** The `ENV` of the image. */
async function imageEnv(): Promise<Record<string, string>> {
  const text = (await readFile(root("Dockerfile"), "utf8")).replaceAll("\\\n", " ");
  const last = [...text.matchAll(/^ENV (.*)$/gm)].at(-1)?.[1] ?? "";
  return Object.fromEntries([...last.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)].map(([, key, a, b]) => [key, a ?? b]));
}

const SECRETS = {
  POSTGRES_PASSWORD: "p",
  DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
  DUNLIN_API_KEY: API_KEY,
};

it("names the setting that is missing, and never makes a directory of a missing file", async () => {
  for (const missing of Object.keys(SECRETS))
    await expect(composed({ ...SECRETS, [missing]: "" })).rejects.toThrow(`set ${missing} in .env`);
  const { migrate, api, worker, postgres } = await composed(SECRETS);
  expect(postgres?.environment.POSTGRES_PASSWORD).toBe("p");
  for (const service of [migrate, api, worker]) {
    expect(service?.environment.DATABASE_URL).toBe("postgres://dunlin:p@postgres:5432/dunlin");
    const files = service?.volumes.map((volume) =>
      typeof volume === "string" ? volume : [volume.source, volume.target],
    );
    expect(files).toEqual([
      ["./dunlin.yaml", "/app/dunlin.yaml"],
      ["./templates", "/app/templates"],
    ]);
    expect(JSON.stringify(service?.volumes)).not.toContain('"create_host_path":true');
  }
});

it.runIf(hasRedis)(
  "sends as dunlin.yaml says: over the configured channel, with its secret, in the shop's language and zone",
  async (context) => {
    const { dir, databaseUrl, redis, provider, write } = await rig(context, { queue: "redis" });
    const dotEnv: Record<string, string> = { ...SECRETS, SMS_URL: provider.url("sms"), SMS_SECRET: PROVIDER_SECRET };
    const services = await composed(dotEnv);
    await cp(root("dunlin.example.yaml"), join(dir, "dunlin.yaml"));
    await write("templates/fast/nudge.sms.zh.hbs", "{{shop}}: {{order.id}} {{date order.createdAt}}");
    await rm(join(dir, "templates/fast/nudge.chat.en.hbs"));
    const campaign = await readFile(join(dir, "templates/fast/campaign.yaml"), "utf8");
    await writeFile(
      join(dir, "templates/fast/campaign.yaml"),
      `${campaign.replace("[sms, chat]", "[sms]")}quietHours: off\n`,
    );
    const image = await imageEnv();
    const run = (name: string) => {
      const service = services[name];
      if (service === undefined) throw new Error(`no service ${name}`);
      const given = { ...image, ...(service.env_file?.includes(".env") ? dotEnv : {}), ...service.environment };
      const here = Object.entries(given).map(([key, value]) => [key, value.replace(/^\/app\//, `${dir}/`)]);
      const program = launch(dir, service.command, {
        ...Object.fromEntries(here),
        PATH: process.env.PATH ?? "",
        DATABASE_URL: databaseUrl,
        QUEUE_URL: redis?.url ?? "",
        HOST: "127.0.0.1",
        PORT: "0",
      });
      context.onTestFinished(() => program.kill());
      return program;
    };
    const migrate = run("migrate");
    expect(await migrate.ended, migrate.err()).toEqual({ code: 0, signal: null });
    const [api, worker] = [run("api"), run("worker")];
    await Promise.all([api.ready, worker.ready]);
    const createdAt = new Date(Date.now() - 11_000).toISOString();
    const order = { id: "o1", amount: "1.00", currency: "CNY", createdAt, buyer: { phone: "13812345678" } };
    const answer = await fetch(`${api.url}/v1/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${API_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ id: "e1", type: "order.created", occurredAt: createdAt, shop: "acme", order }),
    });
    expect(answer.status).toBe(202);
    await provider.received(1, 30_000);
    expect(provider.judge()).toMatchObject({ taken: 1, badSignatures: 0 });
    // Chinese clocks write 0:17, not 00:17.
    const shanghai = new Date(Date.parse(createdAt) + 8 * 3_600_000).toISOString().slice(11, 16).replace(/^0/, "");
    expect(provider.log[0]?.text).toMatch(/^【?Acme】?: o1 /);
    expect(provider.log[0]?.text).toContain(` ${shanghai}`);
    for (const program of [api, worker]) {
      expect(program.out() + program.err()).not.toMatch(/no shops are configured|prints messages|queue error/);
      expect(program.out()).not.toContain("+8613812345678");
    }
  },
);
