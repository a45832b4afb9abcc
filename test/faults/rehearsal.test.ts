/** A rehearsal asked of a service at work: the service goes on, and nothing of the rehearsal reaches store or provider. */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { API_KEY, rig } from "../support/service/rig.ts";
import { created } from "../support/service/shop.ts";

const headers = { authorization: `Bearer ${API_KEY}`, "content-type": "application/x-ndjson" };

it("answers others while it rehearses, stores nothing, sends nothing", async (context) => {
  const { up, sql, provider } = await rig(context, { queue: "postgres" });
  const { url } = await up(["start"]);
  const at = Date.parse("2026-11-10T12:00:00Z");
  const body = Array.from({ length: 20_000 }, (_, n) => JSON.stringify(created(`o${n}`, at + n))).join("\n");
  let over = false;
  const post = () => fetch(`${url}/v1/rehearsals`, { method: "POST", headers, body });
  const rehearsed = post().then(async (answer) => ({
    status: answer.status,
    json: (await answer.json()) as { sends: unknown[] },
  }));
  void rehearsed.finally(() => {
    over = true;
  });
  let answered = 0;
  let turnedAway = 0;
  while (!over) {
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    answered++;
    if (turnedAway > 0) continue;
    const other = await fetch(`${url}/v1/rehearsals`, { method: "POST", headers, body: "" });
    if (other.status === 429) turnedAway++;
  }
  const { status, json } = await rehearsed;
  expect(status).toBe(200);
  expect(json.sends).toHaveLength(20_000);
  expect(turnedAway).toBe(1);
  // With the work in the event loop it would be one or two.
  expect(answered).toBeGreaterThan(20);
  const [stored] = await sql`select (select count(*) from order_events) + (select count(*) from buyers) as n`;
  expect(Number(stored?.n)).toBe(0);
  expect(provider.log).toEqual([]);
});

it("leaves no order on disk when the one who asked is gone, when the process drains, and when it was killed", async (context) => {
  const { up, dir } = await rig(context, { queue: "postgres" });
  const tmp = join(dir, "tmp");
  await mkdir(tmp);
  const laid = async () => (await readdir(tmp, { recursive: true })).filter((path) => path.includes("rehearsal"));
  const at = Date.parse("2026-11-10T12:00:00Z");
  const body = Array.from({ length: 100_000 }, (_, n) => JSON.stringify(created(`o${n}`, at + n))).join("\n");
  expect(body.length).toBeGreaterThan(20_000_000);
  const env = { TMPDIR: tmp };
  const service = await up(["start"], env);
  /** Resolves when its buckets lie on disk. */
  const begin = async (url: string) => {
    const gone = new AbortController();
    const asked = fetch(`${url}/v1/rehearsals`, { method: "POST", headers, body, signal: gone.signal }).catch(
      () => null,
    );
    await eventually("it is cut into buckets", laid, (paths) => paths.some((path) => path.includes("lines-")), 60_000);
    return { gone, asked };
  };
  const nothing = () => eventually("all is removed", laid, (paths) => paths.length === 0);

  const left = await begin(service.url);
  left.gone.abort();
  await left.asked;
  await nothing();

  const drained = await begin(service.url);
  service.signal("SIGTERM");
  expect(await service.ended, service.out()).toEqual({ code: 0, signal: null });
  expect((await drained.asked)?.status).toBe(503);
  expect(await laid()).toEqual([]);

  const killed = await up(["start"], env);
  const cut = await begin(killed.url);
  await killed.kill();
  await cut.asked;
  expect(await laid()).not.toEqual([]);
  await up(["start"], env);
  await nothing();
});
