/** Stored orders for a rehearsal inside a live service. */
import type { ContactKind, ShopPolicy } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import type { Vault } from "../../db/vault.ts";
import { NoStoredOrdersError, type StoredAsked, writeStored } from "./write-stored.ts";

type Deps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly config: {
    shop(id: string): ShopPolicy | null;
    readonly channels: readonly { readonly contacts: readonly ContactKind[] }[];
  };
  readonly now: () => number;
};

/** Writes them to the file, or returns why there are none. The texts are not known yet, so names are decrypted, too. */
export const storedOrders =
  ({ sql, vault, config, now }: Deps) =>
  async (asked: StoredAsked, file: string): Promise<string | null> => {
    const needs = { names: true, contacts: new Set(config.channels.flatMap(({ contacts }) => contacts)) };
    try {
      await writeStored({ sql, vault, shopOf: config.shop, now: now() }, asked, needs, file);
      return null;
    } catch (error) {
      if (error instanceof NoStoredOrdersError) return `stored: ${error.message}`;
      throw error;
    }
  };
