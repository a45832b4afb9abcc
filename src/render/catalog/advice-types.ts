/** A warning about a text, and what it is checked against. */
import type { MessageChannel } from "../message.ts";

export type TextAdviceCode =
  | "long"
  | "too_long"
  | "no_opt_out"
  | "refused_word"
  | "refused_contact"
  | "refused_link"
  | "refused_character"
  | "costly_character"
  | "signature"
  | "link_in_param"
  | "text_beside_params"
  | "no_approved_template"
  | "money_first";
/** `line` counts from 1 in the template's file. */
export type TextAdvice = { readonly code: TextAdviceCode; readonly line: number; readonly message: string };

/** The facts of a channel that a text is checked against. */
export type ChannelFacts = Pick<MessageChannel, "name" | "provider" | "contacts" | "signName">;
