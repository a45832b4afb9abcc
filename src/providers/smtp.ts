import { z } from "zod";
import { readEmail } from "../core/order/address/email.ts";
import { textField } from "../core/text/yaml-fields.ts";
import type { Provider } from "./provider.ts";

const serverField = z.string().refine(isServer, {
  error: "must be smtps://user:password@host:465, or smtp://… for a server that begins TLS by STARTTLS",
});

function isServer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
  try {
    decodeURIComponent(username + password);
  } catch {
    return false;
  }
  const isBare = /^\/?$/.test(pathname) && search === "" && hash === "";
  return /^smtps?:$/.test(protocol) && hostname !== "" && isBare && (username === "") === (password === "");
}

/** `Acme <orders@acme.example>`. A shop may send from an address that nobody reads. */
const senderField = z
  .string()
  .refine(
    (text) => text.includes("@") && !/[\r\n"]/.test(text) && ["address", "placeholder"].includes(readEmail(text).kind),
    { error: 'must be an e-mail address, like "Acme <orders@acme.example>"' },
  );

export const smtp = {
  name: "smtp",
  contacts: ["email"],
  sms: false,
  mainland: false,
  // Filters of mail weigh words, and no provider publishes a list.
  refuses: { by: "mail servers", source: "", items: [] },
  delivers: true,
  needsSubject: true,
  // Mail servers allow a sender few connections at a time, often ten.
  connections: 5,
  settings: {
    url: serverField,
    from: senderField,
    /** The root of the server's certificate, in PEM, if it is not a public one. */
    ca: textField.optional(),
    /** Where a buyer can opt out, beside the link of this service. */
    unsubscribe: z
      .string()
      .regex(/^(?:mailto:[^\s<>,]+@[^\s<>,]+|https:\/\/[^\s<>,]+)$/, "must be a mailto: address or an https:// link")
      .optional(),
  },
  approved: null,
} as const satisfies Provider;
