/** The parts that intake works with. */
import type { Warning } from "../core/order/warnings.ts";
import type { BuyerPolicy } from "../core/rules/buyer-state.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Reason } from "../core/values/reason.ts";
import type { Sql } from "../db/client.ts";
import type { Vault } from "../db/vault.ts";
import type { Prepared } from "./prepare.ts";

export type IntakeDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  /** The policy of a configured shop. */
  readonly shopOf: (shop: string) => ShopPolicy | null;
  readonly policy: () => BuyerPolicy;
  /** Reads the campaigns again when those of the policy are outdated. */
  readonly refresh?: () => Promise<void>;
  /** Called while events wait for a lock: ends sessions that stand still and hold locks. */
  readonly unblock?: () => Promise<unknown>;
  /** Called for each reminder that an event ended, once that is committed. */
  readonly skipped?: (reason: Reason) => void;
  /** Called for an event with an instant of the future, possibly more than once. */
  readonly early?: (event: Prepared, warning: Warning) => void;
  /** Called for each well-formed event that cannot be taken in. */
  readonly broken?: (error: unknown, which: { shop?: string | undefined; event?: string | undefined }) => void;
};
