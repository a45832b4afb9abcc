/** The message as it is handed to the mail server. */
import MailComposer from "nodemailer/lib/mail-composer";
import type { Mail, Message } from "../../core/seams/channel.ts";

export type Composing = {
  readonly from: string;
  /** Where the owner of the address can opt out; null: nowhere. */
  readonly unsubscribe: { readonly links: readonly string[]; readonly oneClick: boolean };
};

export type ComposedMail = {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** The same in every attempt, so that a mailbox can drop a second one. */
  readonly messageId: string;
  readonly raw: Buffer;
};

export async function composeMail(
  { to, text, idempotencyKey }: Message,
  mail: Mail,
  { from, unsubscribe }: Composing,
): Promise<ComposedMail> {
  const messageId = `<${idempotencyKey.replace(/[^\w.-]/g, "")}@${domainOf(from)}>`;
  const node = new MailComposer({
    from,
    to: { name: "", address: to },
    subject: mail.subject,
    text,
    ...(mail.html ? { html: htmlOf(text) } : {}),
    messageId,
    headers: {
      // No absence notes in return (RFC 3834).
      "Auto-Submitted": "auto-generated",
      ...(unsubscribe.links.length === 0
        ? {}
        : { "List-Unsubscribe": unsubscribe.links.map((link) => `<${link}>`).join(", ") }),
      ...(unsubscribe.oneClick ? { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" } : {}),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile();
  const { from: sender } = node.getEnvelope();
  return { envelope: { from: String(sender), to: [to] }, messageId, raw: await node.build() };
}

const domainOf = (from: string): string => /@([^@>\s]+)>?\s*$/.exec(from)?.[1] ?? "localhost";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);

/** The text as it is, with links that can be followed. */
export function htmlOf(text: string): string {
  const parts = text.split(/(https?:\/\/[^\s<>"，。；！？）】]+)/);
  const body = parts
    .map((part, index) => (index % 2 === 1 ? `<a href="${escaped(part)}">${escaped(part)}</a>` : escaped(part)))
    .join("");
  return `<!doctype html>\n<meta charset="utf-8">\n<div style="white-space: pre-line; font-family: sans-serif">${body}</div>\n`;
}
