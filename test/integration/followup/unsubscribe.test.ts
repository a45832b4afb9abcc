/** The link in an e-mail by which its reader opts out: opening it changes nothing, confirming it stops what is planned. */
import { describe, expect, it } from "vitest";
import { DAY, MINUTE } from "../../../src/core/values/duration.ts";
import { createVault } from "../../../src/db/vault.ts";
import { suppress } from "../../../src/followup/suppress.ts";
import { unsubscribeLinks, unsubscribeVerb } from "../../../src/followup/unsubscribe.ts";
import { stubServer } from "../../http/support.ts";
import { ALICE } from "../../support/campaigns.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";

const EMAIL = "li.lei@acme.cn";
const BASE = "https://dunlin.acme.cn/";

async function mailed() {
  const setup = await dispatchSetup({
    channels: ["email"],
    campaign: { quietHours: "off", limits: { max: 9, per: DAY, gap: 0 } },
  });
  const { sql } = setup.database;
  await setup.at(T0);
  await setup.receive(receivedEvent("e1", "order.created", T0, { buyer: { id: "b1", email: EMAIL } }));
  await setup.at(T0 + 10 * MINUTE);
  await setup.drain();
  const { app } = stubServer({ unsubscribe: unsubscribeVerb(setup.dispatch) });
  const link = unsubscribeLinks(setup.vault, BASE)("acme", EMAIL);
  const path = link.slice(BASE.length - 1);
  const ask = (method: "GET" | "POST", url = path) =>
    app.inject({
      method,
      url,
      ...(method === "POST" && {
        headers: { "content-type": "application/x-www-form-urlencoded" },
        payload: "List-Unsubscribe=One-Click",
      }),
    });
  return {
    ...setup,
    sql,
    link,
    path,
    ask,
    suppressions: () => sql<{ kind: string; reason: string; source: string }[]>`
      select kind, reason, source from suppressions`,
  };
}

describe("the link to unsubscribe", () => {
  it("asks when it is opened, and opts out when it is confirmed", async () => {
    const { ask, suppressions, at, drain, sent, sql } = await mailed();
    const opened = await ask("GET");
    expect(opened.statusCode).toBe(200);
    expect(opened.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(opened.body).toContain("l****@acme.cn");
    expect(opened.body).not.toContain(EMAIL);
    expect(await suppressions()).toEqual([]);

    for (let time = 0; time < 2; time++) expect((await ask("POST")).statusCode).toBe(200);
    expect(await suppressions()).toEqual([{ kind: "email", reason: "opt_out", source: "unsubscribe link" }]);
    expect(await sql`select who from audit where action = 'suppression.add'`).toEqual([{ who: "unsubscribe link" }]);
    await at(T0 + 24 * 60 * MINUTE - 30 * MINUTE);
    await drain();
    expect(sent).toHaveLength(1);
  });

  it("takes a form without fields, as the button of the page sends it", async () => {
    const { path, suppressions, dispatch } = await mailed();
    const { app } = stubServer({ unsubscribe: unsubscribeVerb(dispatch) });
    expect((await app.inject({ method: "POST", url: path })).statusCode).toBe(200);
    expect(await suppressions()).toHaveLength(1);
  });

  it("shows neither address nor shop, and is another one each time", async () => {
    const { link, vault } = await mailed();
    const other = unsubscribeLinks(vault, BASE)("acme", EMAIL);
    expect(other).not.toBe(link);
    for (const each of [link, Buffer.from(link.split("/").at(-1) ?? "", "base64url").toString("latin1")])
      expect(each).not.toMatch(/acme"|lilei|li\.lei/);
    expect(link).toMatch(/^https:\/\/dunlin\.acme\.cn\/v1\/unsubscribe\/[\w-]{60,250}$/);
  });

  it("is refused when it was changed, cut or made with another key, or holds something else", async () => {
    const { ask, path, vault, suppressions, dispatch } = await mailed();
    const foreign = unsubscribeLinks(createVault(Buffer.alloc(32, 9)), BASE)("acme", EMAIL).slice(BASE.length - 1);
    const elsewhere = unsubscribeLinks(vault, BASE)("nowhere", EMAIL).slice(BASE.length - 1);
    const sealed = (text: string) => `/v1/unsubscribe/${vault.seal(text).toString("base64url")}`;
    // A stored value that somebody has seen is no link.
    const others = [sealed(EMAIL), sealed(JSON.stringify(["other", "acme", EMAIL])), sealed("null")];
    const changed = path.slice(0, -2) + (path.endsWith("AA") ? "BB" : "AA");
    for (const url of [foreign, elsewhere, ...others, changed, path.slice(0, 60), "/v1/unsubscribe/x"])
      for (const method of ["GET", "POST"] as const) expect((await ask(method, url)).statusCode, url).toBe(404);
    expect(await suppressions()).toEqual([]);
    await suppress(dispatch, ALICE, { shop: "acme", address: EMAIL });
    expect((await ask("POST")).statusCode).toBe(200);
    expect(await suppressions()).toMatchObject([{ reason: "manual" }]);
  });
});
