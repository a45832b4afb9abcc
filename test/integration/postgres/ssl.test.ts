/** `sslmode` means the same to the driver of the stores and to the driver of the queue. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/db/client.ts";
import { explainDbError } from "../../../src/db/explain-error.ts";
import { openDatabase } from "../../../src/db/open.ts";
import { openQueueBackend } from "../../../src/queue/connection.ts";
import { findQueue } from "../../../src/queue/queue-url.ts";
import { testDatabase } from "../../support/database.ts";
import { type Front, ROOT, tlsFront } from "../../support/tls-front.ts";

let url: string;
const ends: ((context: never) => unknown)[] = [];
beforeAll(async () => {
  ({ url } = await testDatabase({ onTestFinished: (end) => void ends.push(end) }));
});
afterAll(() => Promise.all(ends.map((end) => end({ task: {} } as never))));

function rootFile(): string {
  const dir = mkdtempSync(join(tmpdir(), "dunlin-ssl-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, "root.pem");
  writeFileSync(path, ROOT);
  return path;
}

type End = "encrypted" | "plain" | RegExp;

const untrusted = /its TLS certificate is not trusted \(\w+\): name its root certificate with sslrootcert in the URL$/;
const notOffered =
  /does not offer TLS, which sslmode in the URL asks for: turn on ssl there, or use sslmode=prefer or disable$/;
const needsTls = /refused a connection without TLS \(.*\): add sslmode=require to the URL$/;
const otherHost = /its TLS certificate is for another host/;

const CASES: [mode: string, front: Front, end: End, host?: string][] = [
  ["", "offers", "plain"],
  ["", "only", needsTls],
  ["sslmode=disable", "offers", "plain"],
  ["sslmode=allow", "none", "plain"],
  ["sslmode=allow", "offers", "plain"],
  ["sslmode=allow", "only", "encrypted"],
  ["sslmode=prefer", "none", "plain"],
  ["sslmode=prefer", "offers", "encrypted"],
  ["sslmode=require", "none", notOffered],
  ["sslmode=require", "offers", "encrypted"],
  ["sslmode=require&sslrootcert=ROOT", "offers", "encrypted", "127.0.0.1"],
  ["sslmode=verify-ca&sslrootcert=ROOT", "offers", "encrypted", "127.0.0.1"],
  ["sslmode=verify-full&sslrootcert=ROOT", "offers", "encrypted"],
  ["sslmode=verify-full&sslrootcert=ROOT", "offers", otherHost, "127.0.0.1"],
  ["sslmode=verify-full&sslrootcert=ROOT", "none", notOffered],
  ["sslmode=verify-full", "offers", untrusted],
];

it.each(CASES)("%s, a server whose TLS is: %s", async (mode, kind, end, host = "localhost") => {
  const front = await tlsFront({ onTestFinished }, url, kind);
  const target = new URL(front.url);
  target.hostname = host;
  target.search = mode.replace("ROOT", rootFile());
  const databaseUrl = target.href;
  const line = (error: unknown) => explainDbError(error, databaseUrl);

  const store = async () => {
    const database = await openDatabase({ databaseUrl, directUrl: null, dataDir: "", mode: "share", log: () => {} });
    onTestFinished(() => database.close());
    const before = front.encrypted();
    await database.sql`select 1`;
    return front.encrypted() > before ? "encrypted" : "plain";
  };
  const pool = async () => {
    const { sql, close } = connect(databaseUrl);
    onTestFinished(() => close());
    const before = front.encrypted();
    await sql`select 1`;
    return front.encrypted() > before ? "encrypted" : "plain";
  };
  const queue = async () => {
    const place = await findQueue({ queueUrl: databaseUrl }, { directUrl: url });
    const backend = openQueueBackend(place.url, { log: pino({ level: "silent" }) });
    onTestFinished(() => backend.close());
    const before = front.encrypted();
    await backend.migrate();
    return front.encrypted() > before ? "encrypted" : "plain";
  };
  // A pool that asked nobody cannot know that `allow` needs TLS.
  for (const way of mode === "sslmode=allow" ? [store, queue] : [store, pool, queue]) {
    if (typeof end === "string") expect(await way()).toBe(end);
    else {
      const said = await way().then(() => "connected", line);
      expect(said).toMatch(end);
      expect(said).not.toContain("\n");
    }
  }
});

it.each([
  [
    "sslmode=Require2",
    /^PostgreSQL.*: sslmode=Require2 is unknown: use disable, allow, prefer, require, verify-ca, verify-full$/,
  ],
  ["sslmode=verify-ca", /sslmode=verify-ca needs the root certificate: add sslrootcert=<file>, or use verify-full$/],
  [
    "sslmode=require&sslrootcert=/no/such.pem",
    /sslrootcert: \/no\/such.pem cannot be read \(ENOENT\): correct the path in the URL$/,
  ],
  ["sslmode=require&sslcert=/no/such.pem", /sslcert: \/no\/such.pem cannot be read/],
  ["sslmode=prefer&sslnegotiation=direct", /sslnegotiation=direct needs sslmode=require or stricter, not prefer$/],
])("refuses %s in one line", async (search, line) => {
  const databaseUrl = `postgres://u:hunter2@127.0.0.1:1/d?${search}`;
  const said = await openDatabase({ databaseUrl, directUrl: null, dataDir: "", mode: "share", log: () => {} }).then(
    () => "connected",
    (error: unknown) => explainDbError(error, databaseUrl),
  );
  expect(said).toMatch(line);
  expect(said).not.toMatch(/\n|hunter2/);
});
