/** A robot of a Feishu or Lark group: 100 messages a minute and 5 a second. An answer is HTTP 200 with `code`, of older ones with `StatusCode`. */
import { createHmac } from "node:crypto";
import type { CodeTable } from "../code-table.ts";
import { jsonAnswer } from "../json-answer.ts";
import { calm, cut, type OpenNotifier, openPost } from "./notifier.ts";
import { robotOutcome } from "./shown.ts";

/** At full and half hours the whole of Feishu is throttled. */
const THROTTLED_MS = 60_000;

export const feishuCodes: CodeTable = {
  provider: "feishu",
  zone: "Asia/Shanghai",
  codes: {
    "9499": { means: "refused", words: "the robot does not read the notice" },
    "19001": { means: "refused", words: "there is no such robot: check url" },
    "19021": { means: "refused", words: "the signature does not match: check secret, and the clock of this machine" },
    "19022": { means: "refused", words: "the address of this machine is not in the robot's list" },
    "19024": { means: "refused", words: "the notice lacks the robot's keyword: let it be Dunlin" },
    "11232": { means: "later", words: "too many notices at once" },
  },
};

export const openFeishu: OpenNotifier<"feishu"> = ({ name, provider, settings }, { now = Date.now }) => {
  const { url, secret } = settings;
  const { post, close } = openPost(url);
  return {
    name,
    provider,
    post: ({ text }) => {
      const content = { msg_type: "text", content: { text: cut(calm(text), provider) } };
      const signature = secret === undefined ? {} : signed(secret, now());
      return post(Buffer.from(JSON.stringify({ ...signature, ...content })), (status) =>
        jsonAnswer(status, (answer) =>
          robotOutcome(feishuCodes, answer.code ?? answer.StatusCode, status, now(), () => THROTTLED_MS),
        ),
      );
    },
    close,
  };
};

/** The key is the time with the secret, and the message is empty: the opposite of DingTalk. */
function signed(secret: string, now: number): { readonly timestamp: string; readonly sign: string } {
  const timestamp = String(Math.floor(now / 1000));
  return { timestamp, sign: createHmac("sha256", `${timestamp}\n${secret}`).update("").digest("base64") };
}
