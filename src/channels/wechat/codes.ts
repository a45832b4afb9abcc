/** https://developers.weixin.qq.com/miniprogram/dev/framework/usability/errcode.html: an answer is always HTTP 200. */
import type { CodeTable, Meaning } from "../code-table.ts";

const refused = (words: string): Meaning => ({ means: "refused", words });
const channel = (words: string): Meaning => ({ means: "channel", words });

export const wechatCodes: CodeTable = {
  provider: "wechat",
  zone: "Asia/Shanghai",
  codes: {
    "43101": refused("the buyer agreed to no further message"),
    "40003": refused("the openid is not of this app"),
    "47003": refused("a parameter does not have the form of its kind"),
    "40037": channel("the template is not of this app: check templateId"),
    "41030": channel("the page does not exist in the mini-programme"),
    "48001": channel("the app may not use this interface"),
    "40013": channel("there is no such app: check appId"),
    "40125": channel("the secret is refused: check appSecret"),
    "40164": channel("the address of this machine is not in the app's list"),
    "45009": { means: "channel", words: "the app's limit for this day is reached", until: "tomorrow" },
    "45011": { means: "later", words: "too many requests at once" },
    "40001": { means: "later", words: "the access token was refused" },
    "40014": { means: "later", words: "the access token was refused" },
    "42001": { means: "later", words: "the access token has expired" },
    "-1": { means: "unknown", words: "the provider was busy; it may have sent the message" },
  },
};

/** The access token is not valid any more. A fresh one helps. */
export const TOKEN_CODES: ReadonlySet<string> = new Set(["40001", "40014", "42001"]);
