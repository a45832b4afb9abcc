/**
 * The link by which the owner of an e-mail address opts out of a shop. It holds the shop and the address, sealed: it shows neither, and nobody
 * else can make one. It needs no session and does not expire, since a message may be opened years later.
 */
import { maskContact } from "../core/order/contact.ts";
import { type Vault, VaultError } from "../db/vault.ts";
import { optOut, type SuppressDeps } from "./suppress.ts";

type Asked = { readonly shop: string; readonly address: string };

const PURPOSE = "unsubscribe";

/** Makes the link of a message. `publicUrl`: where this service is reached. */
export function unsubscribeLinks({ seal }: Pick<Vault, "seal">, publicUrl: string) {
  const base = `${publicUrl.replace(/\/+$/, "")}/v1/unsubscribe/`;
  return (shop: string, address: string): string =>
    base + seal(JSON.stringify([PURPOSE, shop, address])).toString("base64url");
}

/** null: it is no link of this service, or was made with another key. */
function readToken({ open }: Pick<Vault, "open">, token: string): Asked | null {
  try {
    const held: unknown = JSON.parse(open(Buffer.from(token, "base64url")));
    const [purpose, shop, address] = Array.isArray(held) ? (held as unknown[]) : [];
    return purpose === PURPOSE && typeof shop === "string" && typeof address === "string" ? { shop, address } : null;
  } catch (error) {
    if (error instanceof VaultError || error instanceof SyntaxError) return null;
    throw error;
  }
}

export function unsubscribeVerb(deps: SuppressDeps) {
  return {
    /** The masked address; null: the link is not valid. */
    read(token: string): string | null {
      const asked = readToken(deps.vault, token);
      return asked === null || deps.shopOf(asked.shop) === null ? null : maskContact(asked.address);
    },
    /** From then on, nothing is claimed for the address. */
    async optOut(token: string): Promise<string | null> {
      const asked = readToken(deps.vault, token);
      if (asked === null) return null;
      const result = await optOut(deps, { who: "unsubscribe link", via: "http" }, { ...asked, kind: "email" });
      return result.kind === "added" || result.kind === "present" ? result.masked : null;
    },
  };
}
