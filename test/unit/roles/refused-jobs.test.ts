/** The data that a refused job of the queue `orders` keeps. */
import { expect, it } from "vitest";
import { createVault } from "../../../src/db/vault.ts";
import { InvalidJobError } from "../../../src/queue/jobs.ts";
import { submitJob } from "../../../src/roles/intake.ts";

const vault = createVault(Buffer.alloc(32, 7));
const refusal = { id: "e1", code: "unknown_shop", message: "shop: is not configured" } as const;

function intake() {
  const submitted: unknown[] = [];
  const submit = submitJob(
    {
      submit: async (events) => {
        submitted.push(...events);
        const rejected = events.map((_, index) => ({ ...refusal, index }));
        return { accepted: 0, duplicates: 0, rejected, warnings: [] };
      },
    },
    vault,
  );
  const refused = async (data: unknown): Promise<InvalidJobError> => {
    const error = await submit(data).catch((thrown: unknown) => thrown);
    if (!(error instanceof InvalidJobError)) throw new Error("it was not refused", { cause: error });
    return error;
  };
  return { refused, submitted };
}

it.each([
  ["a contact", "+8613812345688"],
  ["JSON that is no list", '{"index":0,"event":{"name":"Zhang"}}'],
  ["a list of other things", '[{"index":"Zhang","event":{}}]'],
  ["an event with more beside it", '[{"index":0,"event":{},"name":"Zhang"}]'],
  ["half a list", '[{"index":0,"event":{"name":"Zhang"'],
])("refuses %s that a producer put in place of sealed events, and repeats none of it", async (_, text) => {
  const { refused, submitted } = intake();
  const data = { events: 1, refused: [{ ...refusal, index: 0 }], sealed: vault.seal(text).toString("base64") };
  const { message, kept, cause } = await refused(data);
  expect([message, kept, cause]).toEqual(["its sealed data holds no events: add them as a new job", data, undefined]);
  expect(submitted).toEqual([]);
});

it("names the key where another one sealed the events", async () => {
  const sealed = createVault(Buffer.alloc(32, 8)).seal("[]").toString("base64");
  const { message } = await intake().refused({ events: 1, refused: [{ ...refusal, index: 0 }], sealed });
  expect(message).toMatch(/^its events were sealed with another DUNLIN_SECRET_KEY/);
});

it("keeps as many events as its limit of bytes holds, says how many it does not, and takes in those that it holds", async () => {
  const { refused, submitted } = intake();
  const events = Array.from({ length: 300 }, (_, n) => ({ id: `${n}`, note: "订".repeat(333) }));
  const { message, kept } = await refused(events);
  const { sealed } = kept as { sealed: string };
  const held = JSON.parse(vault.open(Buffer.from(sealed, "base64")));
  expect(held).toEqual(events.slice(0, held.length).map((event, index) => ({ index, event })));
  expect(held.length).toBeGreaterThan(240);
  expect(sealed.length).toBeLessThan(350_000);
  expect(message).toMatch(
    /^300 of 300 refused, the others are in; index 0: unknown_shop: .* once they are configured; /,
  );
  expect(message).toContain(`; the last ${300 - held.length} of them are not, they are too large: add them`);
  expect(kept).toMatchObject({ events: 300, refused: { length: 300 } });

  submitted.length = 0;
  const again = await refused(kept);
  expect(submitted).toEqual(events.slice(0, held.length));
  expect(again.kept).toEqual({ ...kept, sealed: expect.any(String) });
});
