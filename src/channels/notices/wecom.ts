/** A robot of a WeCom group: 20 messages a minute. An answer is HTTP 200 with `errcode`. */
import type { CodeTable } from "../code-table.ts";
import { jsonAnswer } from "../json-answer.ts";
import { calm, cut, type OpenNotifier, openPost } from "./notifier.ts";
import { robotOutcome } from "./shown.ts";

const THROTTLED_MS = 60_000;

export const wecomCodes: CodeTable = {
  provider: "wecom",
  zone: "Asia/Shanghai",
  codes: {
    "93000": { means: "refused", words: "there is no such robot: check the key in url" },
    "93004": { means: "refused", words: "the robot is switched off" },
    "93008": { means: "refused", words: "the robot is not in the group" },
    "40058": { means: "refused", words: "the robot does not read the notice" },
    "45009": { means: "later", words: "too many notices at once" },
    "-1": { means: "later", words: "WeCom is busy" },
  },
};

export const openWecom: OpenNotifier<"wecom"> = ({ name, provider, settings }, { now = Date.now }) => {
  const { post, close } = openPost(settings.url);
  return {
    name,
    provider,
    post: ({ text }) => {
      const content = cut(calm(text), provider);
      return post(Buffer.from(JSON.stringify({ msgtype: "text", text: { content } })), (status) =>
        jsonAnswer(status, ({ errcode }) => robotOutcome(wecomCodes, errcode, status, now(), () => THROTTLED_MS)),
      );
    },
    close,
  };
};
