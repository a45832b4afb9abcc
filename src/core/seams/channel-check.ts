/**
 * The seam to what a provider says about the set-up of a channel: credentials, balance, signatures, templates. The provider's folder in
 * `src/channels` asks (`check.ts`); nothing is sent. A finding holds no secret, and no words of the provider but its codes.
 */

/** The names that the campaigns use on a channel. A provider is asked about these and no others. */
export type UsedNames = {
  readonly signs: readonly string[];
  /** As in the front matter: Aliyun's `templateCode`, Tencent's `templateId`, WhatsApp's `name` with its language, like `paid_yet/zh_CN`. */
  readonly templates: readonly string[];
};

/**
 * - `approved`: may be used.
 * - `pending`: the provider or a carrier has not decided yet.
 * - `limited`: approved, but some carriers drop what carries it.
 * - `refused`: may not be used.
 * - `missing`: the account has none of this name.
 */
export type NameState = "approved" | "pending" | "limited" | "refused" | "missing";

export type ChannelFinding =
  | { readonly about: "credentials"; readonly ok: boolean; readonly code: string | null; readonly message: string }
  /** Money left, in millionths of the currency's unit. Channels of one `account` share it. */
  | { readonly about: "balance"; readonly account: string; readonly micros: number; readonly currency: string }
  /** Segments left of those that were bought and are still valid. */
  | { readonly about: "package"; readonly account: string; readonly left: number; readonly bought: number }
  /** `sender`: the number or account that sends. */
  | {
      readonly about: "sign" | "template" | "sender";
      readonly name: string;
      readonly state: NameState;
      readonly message: string;
    }
  /** The provider could not be asked, or its answer could not be read. It says nothing about the set-up. */
  | { readonly about: "check"; readonly code: string; readonly message: string };
