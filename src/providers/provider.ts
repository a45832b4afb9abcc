/**
 * A provider describes itself here, as data: its name, the contacts it takes, its keys in dunlin.yaml, its approved templates, and
 * which messages it refuses. One file a provider; `all.ts` lists them. The code that speaks to it is its folder in `src/channels`.
 */
import type { z } from "zod";
import type { AddressCap, ContactKind } from "../core/values/policy.ts";
import type { Section } from "./approved.ts";
import type { Refusals } from "./refused/refusals.ts";

export type Provider = {
  /** As `provider:` in dunlin.yaml. */
  readonly name: string;
  /** The contacts that its channels take, the preferred one first; null: the name of the channel decides. */
  readonly contacts: readonly ContactKind[] | null;
  /** Whether its messages are SMS, billed by the segment; null: the contact and the name of the channel decide. */
  readonly sms: boolean | null;
  /** Whether mainland China's carriers review its texts: they refuse signs such as ¥ and ★. */
  readonly mainland: boolean;
  /** The words and links that it refuses; null: not known, so that the kind of its messages decides. */
  readonly refuses: Refusals | null;
  /** false: its messages reach no buyer. */
  readonly delivers: boolean;
  /** Its sends are tasks of people: nothing is sent, and a text is the script of a call, which may be absent. Absent: no. */
  readonly asTask?: true;
  /** Whether its messages are e-mails: their texts need a `subject` in the front matter. Absent: no. */
  readonly needsSubject?: true;
  /** How many sends a process has under way at a time, unless the channel says otherwise. Absent: the default of all channels. */
  readonly connections?: number;
  /** Its own keys of a channel in dunlin.yaml. null: there is no such channel yet; only its approved templates are read. */
  readonly settings: Readonly<Record<string, z.ZodType>> | null;
  /** The fault of keys that do not fit together, each of which has its own shape; absent: none. */
  readonly check?: (
    entry: Readonly<Record<string, unknown>>,
  ) => { readonly key: string; readonly message: string } | null;
  readonly approved: ApprovedTemplates | null;
  /** The most that it documents for one address; absent: it documents none, or each account sets its own. */
  readonly caps?: AddressCap;
};

export type ApprovedTemplates = {
  /** The key in the front matter of a text. */
  readonly section: string;
  /** The fields by which the provider knows the template; several are joined by `/`. */
  readonly namedBy: readonly string[];
  readonly shape: z.ZodType<Section>;
  /** Whether it sends approved templates only. */
  readonly required: boolean;
  /** It puts a signature before each text: `signName` of the text, else of the channel. Absent: no. */
  readonly signed?: true;
  /** Whether a parameter may hold a link. */
  readonly takesLinks: boolean;
};
