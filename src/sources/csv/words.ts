/** The remedies in refusals of a table: a command has options for them, a request has not. */
import type { Field } from "./profiles/profile.ts";

export type CsvWords = {
  readonly shop: string;
  /** No profile fits. */
  readonly columns: string;
  readonly column: (field: Field) => string;
  readonly status: string;
  /** Goes on from "is the file in another encoding?" */
  readonly encoding: string;
};

export const COMMAND_WORDS: CsvWords = {
  shop: "name the shop with --shop",
  columns:
    "name those of the order, like --map id=COLUMN --map status=COLUMN --map amount=COLUMN --map createdAt=COLUMN --map buyer.phone=COLUMN",
  column: (field) => `name it with --map ${field}=COLUMN`,
  status: "name it with --map status=COLUMN, or the time of payment with --map paidAt=COLUMN",
  encoding: "Name it with --encoding",
};

export const REQUEST_WORDS: CsvWords = {
  shop: "name the shop in the parameter `shop`",
  columns: "give those of the order the headings id, status, amount, createdAt and buyer.phone",
  column: () => "export the orders with this column",
  status: "export the orders with their status, or with the time of payment",
  encoding: "Send it in UTF-8",
};
