/** A robot of a DingTalk group. An answer is HTTP 200 with `errcode`. Beyond 20 messages a minute it is blocked for ten minutes. */
import { createHmac } from "node:crypto";
import type { CodeTable, Meaning } from "../code-table.ts";
import { jsonAnswer } from "../json-answer.ts";
import { calm, cut, type OpenNotifier, openPost } from "./notifier.ts";
import { robotOutcome } from "./shown.ts";

const BLOCKED_MS = 10 * 60_000;
const blocked: Meaning = { means: "later", words: "too many notices: the robot is blocked for ten minutes" };

export const dingtalkCodes: CodeTable = {
  provider: "dingtalk",
  zone: "Asia/Shanghai",
  codes: {
    "310000": {
      means: "refused",
      words: "the robot's security refuses it: check secret, or the robot's keyword and addresses",
    },
    "300005": { means: "refused", words: "there is no such robot: check url" },
    "40035": { means: "refused", words: "the robot does not read the notice" },
    "400013": { means: "refused", words: "the group was dissolved" },
    "400101": { means: "refused", words: "there is no such robot: check url" },
    "400102": { means: "refused", words: "the robot is switched off" },
    "-1": { means: "later", words: "DingTalk is busy" },
    "130101": blocked,
    "410100": blocked,
    "660026": blocked,
  },
};

export const openDingtalk: OpenNotifier<"dingtalk"> = ({ name, provider, settings }, { now = Date.now }) => {
  const { url, secret } = settings;
  const { post, close } = openPost(url);
  return {
    name,
    provider,
    post: ({ text }) => {
      const content = cut(calm(text), provider);
      const body = Buffer.from(JSON.stringify({ msgtype: "text", text: { content }, at: { isAtAll: false } }));
      const search = secret === undefined ? "" : signed(secret, now());
      return post(
        body,
        (status) =>
          jsonAnswer(status, ({ errcode }) =>
            robotOutcome(dingtalkCodes, errcode, status, now(), (code) => (code === "-1" ? null : BLOCKED_MS)),
          ),
        { search },
      );
    },
    close,
  };
};

/** The key is the secret, and the message is the time with the secret. */
function signed(secret: string, now: number): string {
  const sign = createHmac("sha256", secret).update(`${now}\n${secret}`).digest("base64");
  return `timestamp=${now}&sign=${encodeURIComponent(sign)}`;
}
