/** Reads hang, and intake goes on. */
import { expect, it } from "vitest";
import { lockTable } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { API_KEY, rig } from "../support/service/rig.ts";
import { created, post } from "../support/service/shop.ts";

it("takes events in while reports and stories of orders wait for a lock, and ends in time all the same", async (context) => {
  const { up, sql, databaseUrl } = await rig(context, { queue: "postgres" });
  const service = await up(["start"]);
  const headers = { authorization: `Bearer ${API_KEY}` };
  const at = Date.now();
  expect((await post(service.url, created("o0", at))).status).toBe(202);
  await lockTable(databaseUrl, "recoveries");
  // More of each than the process has connections.
  const paths = ["/v1/reports/recovery", "/v1/orders/acme/o0"];
  const asked = Array.from({ length: 20 }, (_, n) =>
    fetch(`${service.url}${paths[n % paths.length]}`, { headers }).then(({ status }) => status, String),
  );
  await eventually(
    "they wait for the lock",
    () =>
      sql<
        { n: number }[]
      >`select count(*)::int as n from pg_locks where not granted and relation = 'recoveries'::regclass`,
    (rows) => (rows[0]?.n ?? 0) >= 3,
  );
  for (let n = 1; n <= 20; n++) {
    const { status, ms } = await post(service.url, created(`o${n}`, at));
    expect(status).toBe(202);
    expect(ms).toBeLessThan(5_000);
  }
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);

  service.signal("SIGTERM");
  expect(await service.ended, service.out()).toEqual({ code: 0, signal: null });
  expect(new Set(await Promise.all(asked))).toEqual(new Set([503]));
});
