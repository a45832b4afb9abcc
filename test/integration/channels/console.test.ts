import { expect, test } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import { buildChannels } from "../../../src/config/channels.ts";
import { message, TEXT } from "../../support/channel-suite.ts";

test("channel console prints one readable line, the address masked", async () => {
  const lines: string[] = [];
  const deps = { log: { warn: () => {} }, print: (line: string) => void lines.push(line) };
  const channel = openChannels(buildChannels({ sms: { provider: "console" } }), deps).get("sms");
  expect(await channel?.send(message({ text: "first\nsecond\u001b[31m", orders: ["1", "2"] }))).toEqual({
    kind: "accepted",
    messageId: null,
    segments: null,
  });
  await channel?.send(message({ to: "ab", orders: ["77"] }));
  expect(lines).toEqual([
    "sms → +8****78 [acme default/nudge, 2 orders] first second [31m",
    `sms → **** [acme default/nudge, order 77] ${TEXT}`,
  ]);
});
