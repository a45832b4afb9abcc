import { describe, expect, it } from "vitest";
import { isDbOutage } from "../../../src/db/explain-error.ts";
import { isOutage } from "../../../src/postgres/outage.ts";

const coded = (code: unknown) => Object.assign(new Error("x"), { code });

describe("an outage of PostgreSQL", () => {
  it.each([
    ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"],
    ...["CONNECT_TIMEOUT", "CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED", "CONNECTION_SILENT"],
    // Shutdown, crash and start; no connection, memory or disk left; a standby; login, database, idle or long transaction.
    ...[
      "57P01",
      "57P02",
      "57P03",
      "53300",
      "53200",
      "53100",
      "08006",
      "25006",
      "28P01",
      "28000",
      "3D000",
      "25P03",
      "25P04",
    ],
    ...["CERT_HAS_EXPIRED", "SELF_SIGNED_CERT_IN_CHAIN", "ERR_TLS_CERT_ALTNAME_INVALID", "SSL_NOT_OFFERED", "EPROTO"],
  ])("is %s", (code) => expect(isOutage(coded(code))).toBe(true));

  it.each([
    "23505",
    "22P02",
    "42703",
    "42P01",
    "57014",
    "55P03",
    "40001",
    "XX000",
    "ERR_INVALID_ARG_TYPE",
    28,
    undefined,
  ])("is not %s, which is a fault of the data, of a statement or of Dunlin", (code) =>
    expect(isOutage(coded(code))).toBe(false),
  );

  it("is found behind a wrapper and in the faults of both addresses of a host", () => {
    expect(isDbOutage(new Error("query failed", { cause: coded("ECONNREFUSED") }))).toBe(true);
    expect(isDbOutage(new AggregateError([coded("ECONNREFUSED"), coded("ECONNREFUSED")]))).toBe(true);
    expect(isDbOutage(new Error("query failed", { cause: coded("23505") }))).toBe(false);
    expect(isDbOutage("ECONNREFUSED")).toBe(false);
  });
});
