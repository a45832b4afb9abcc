/** The provider puts the signature 【…】 before the text: it takes its place in the segments, and costs. */
import { expect, it } from "vitest";
import { parseTemplate } from "../../../src/render/catalog/template-file.ts";
import { type MessageChannel, makeMessage } from "../../../src/render/message.ts";
import { SAMPLE_DATA } from "../../../src/render/template/sample.ts";

const channel: MessageChannel = {
  name: "sms",
  provider: "tencent-sms",
  contacts: ["phone"],
  cost: { micros: 45_000, currency: "CNY" },
  signName: "晴雨",
};

function made(characters: number, front: string, to: MessageChannel = channel) {
  const name = { campaign: "c", step: "s", variant: null, channel: "sms", locale: "zh-CN" };
  const parsed = parseTemplate(name, `---\ntencent: { ${front}templateId: 1 }\n---\n${"单".repeat(characters)}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const message = makeMessage(parsed.template, SAMPLE_DATA, to, "+8613812345678");
  if (!message.ok) throw new Error(message.message);
  return [message.segments, message.units, message.cost?.micros];
}

it.each([
  ["of the channel", "", 66, [1, 70, 45_000]],
  ["of the channel", "", 67, [2, 71, 90_000]],
  ["of the text, which replaces the channel's", "signName: 晴雨生活, ", 64, [1, 70, 45_000]],
  ["of the text, which replaces the channel's", "signName: 晴雨生活, ", 65, [2, 71, 90_000]],
])("counts the signature %s", (_, front, characters, expected) => {
  expect(made(characters, front)).toEqual(expected);
});

it("counts none where none is put before the text", () => {
  const { signName: _, ...unsigned } = channel;
  expect(made(70, "", unsigned)).toEqual([1, 70, 45_000]);
});
