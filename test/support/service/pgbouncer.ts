/** A PgBouncer for one test, in front of the server of the tests. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { TestContext } from "vitest";
import { living } from "./program.ts";
import { freePort } from "./redis.ts";

const pgbouncer = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"]
  .map((dir) => join(dir, "pgbouncer"))
  .find((path) => existsSync(path));

export const hasPgbouncer = pgbouncer !== undefined;
if (!hasPgbouncer) {
  const line = "Tests with a pooler NOT RUN: there is no pgbouncer on the PATH. Install it: apt-get install pgbouncer";
  if (process.env.REQUIRE_PGBOUNCER === "1") throw new Error(line);
  console.warn(line);
}

/** Returns the URL of the same database through the pooler. */
export async function startPgbouncer(
  context: Pick<TestContext, "onTestFinished">,
  databaseUrl: string,
  mode: "session" | "transaction" | "statement",
): Promise<string> {
  const target = new URL(databaseUrl);
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "dunlin-pgbouncer-"));
  const quoted = (text: string) => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
  await writeFile(join(dir, "users.txt"), `${quoted(target.username)} ${quoted(target.password)}\n`);
  await writeFile(
    join(dir, "pgbouncer.ini"),
    `[databases]
* = host=${target.hostname} port=${target.port || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${dir}/users.txt
pool_mode = ${mode}
default_pool_size = 20
`,
  );
  await chmod(dir, 0o755);
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const child = spawn(pgbouncer ?? "pgbouncer", [...user, join(dir, "pgbouncer.ini")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  living.add(child);
  const gone = new Promise((resolve) => child.once("exit", resolve)).then(() => living.delete(child));
  context.onTestFinished(async () => {
    child.kill("SIGKILL");
    await gone;
    await rm(dir, { recursive: true, force: true });
  });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (chunk) => {
      said += String(chunk);
      if (/process up/.test(said)) resolve();
    });
    child.once("exit", (code) => reject(new Error(`pgbouncer ended (${code}) before it was ready: ${said}`)));
  });
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return url.href;
}
