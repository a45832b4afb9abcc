/** Floor H: the bare HTTP client (undici, lowest call) posting bodies that lie ready, at the concurrency of Dunlin's webhook channel. */
import { readFile } from "node:fs/promises";
import { Pool } from "undici";
import { serve } from "../harness/child.ts";

const CONNECTIONS = 128;
let bodies: Buffer[] = [];
let pool: Pool | null = null;

serve({
  open(input) {
    pool = new Pool(String(input), { connections: CONNECTIONS, pipelining: 1 });
  },
  async load(input) {
    bodies = (await readFile(String(input)))
      .toString()
      .split("\n")
      .filter(Boolean)
      .map((line) => Buffer.from(line));
    return bodies.length;
  },
  async post() {
    if (pool === null) throw new Error("not opened");
    const client = pool;
    const headers = ["content-type", "application/json"];
    const one = (body: Buffer) =>
      new Promise<void>((resolve, reject) => {
        client.dispatch(
          { path: "/sms", method: "POST", headers, body },
          {
            onRequestStart: () => {},
            onResponseStart: (_controller, status) => {
              if (status !== 200) reject(new Error(`provider answered ${status}`));
            },
            onResponseEnd: () => resolve(),
            onResponseError: (_controller, error) => reject(error),
          },
        );
      });
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await one(body);
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  },
});
