/**
 * The lists of words and links that providers refuse. Sources were read in November 2026; reviewers change them without notice, so a match
 * is a warning and never a fault.
 */
import { anyPhone, contacts, dunning, mobiles, pressure, rackets, rewards, shortLinks, superlatives } from "./parts.ts";
import type { Refusals } from "./refusals.ts";

const mainlandItems = [...contacts, mobiles, dunning, ...rewards, rackets, superlatives, pressure, shortLinks];

export const aliyunRefuses: Refusals = {
  by: "Aliyun",
  source: "https://help.aliyun.com/document_detail/463270.htm",
  items: mainlandItems,
};

export const tencentRefuses: Refusals = {
  by: "Tencent Cloud",
  source: "https://cloud.tencent.com/document/product/382/39023",
  items: mainlandItems,
};

/** For a Chinese SMS of a provider that is not known, such as a webhook. */
export const carriersRefuse: Refusals = {
  by: "mainland carriers",
  source: "https://support.huaweicloud.com/productdesc-msgsms/sms_templates.html",
  items: mainlandItems,
};

/** Carriers filter shared short domains: error 30007. */
export const twilioRefuses: Refusals = {
  by: "Twilio",
  source: "https://www.twilio.com/docs/api/errors/30007",
  items: [shortLinks],
};

/** For an SMS in another language of a provider that is not known. */
export const carriersAbroadRefuse: Refusals = { ...twilioRefuses, by: "carriers" };

export const whatsappRefuses: Refusals = {
  by: "WhatsApp",
  source: "https://developers.facebook.com/docs/whatsapp/message-templates/guidelines",
  items: [{ ...shortLinks, pattern: new RegExp(`${shortLinks.pattern.source}|(?<![\\w.-])wa\\.me\\/`, "iu") }],
};

/** Templates for marketing are closed, and the account with the fourth one. */
export const wechatRefuses: Refusals = {
  by: "WeChat",
  source: "https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/template-message.html",
  items: [...rewards, { ...rackets, pattern: /优惠券|代金券|积分(?:兑换|领取)/u, why: "it is marketing" }, pressure],
};

/** Marketplaces publish no list of what their chats intercept. This is what their rules against deals elsewhere and paid reviews name. */
export const chatRefuses: Refusals = {
  by: "marketplace chats",
  source: "https://rulechannel.taobao.com",
  items: [...contacts, anyPhone, ...rewards.slice(0, 1), pressure, shortLinks],
};
