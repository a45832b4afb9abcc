/**
 * Warnings about an accepted event: something in it could not be used, and the rest was. They go into the answer, the metrics and the story
 * of the order. Codes are stable. A message names the field and the remedy, and holds no address, no name and no id of a buyer.
 */

/** Code → what it means and what to do. docs/errors.md has the same table. */
export const WARNINGS = {
  phone_unreadable: {
    means: "A phone number was received and cannot be read, so the buyer has no such contact.",
    remedy: "Send it like +8613812345678, or set the country: `order.buyer.country`, or `shops.<shop>.country`.",
  },
  phone_takes_no_sms: {
    means:
      "The only numbers received are landlines, service numbers or numbers with an extension: a person can call them.",
    remedy: "Send a mobile number, too.",
  },
  phone_placeholder: {
    means: "The phone number is written in place of a real one, like 13800138000 or 9999999999.",
    remedy: "Send the buyer's own number, or none.",
  },
  email_unreadable: {
    means: "`order.buyer.email` is not an e-mail address that mail programs take.",
    remedy: "Send it like name@shop.example, one address, without quotes.",
  },
  email_placeholder: {
    means:
      "`order.buyer.email` is nobody's: `no-reply@…`, an address of example.com, or one with a hidden part, like l***i@shop.example.",
    remedy: "Send the buyer's own address, or none.",
  },
  buyer_id_ignored: {
    means:
      "`order.buyer.id` stands for no buyer, like `0`, `null`, `guest` or a masked id. Other orders with it are not of the same buyer.",
    remedy: "Send the platform's id of the buyer, or none.",
  },
  handle_ignored: {
    means: "A chat handle stands for no one, like `null` or a masked handle.",
    remedy: "Send the real handle, or none.",
  },
  country_unknown: {
    means: "`order.buyer.country` is not a country with phone numbers. A number without a country code is not read.",
    remedy: "Send the ISO 3166 code of two letters, like CN.",
  },
  time_zone_unknown: {
    means: "`order.buyer.timeZone` is not a time zone, or an abbreviation of several. The shop's is used.",
    remedy: "Send an IANA name, like Asia/Shanghai, or an offset, like +08:00.",
  },
  from_the_future: {
    means: "An instant of the event is more than 15 minutes after the event was received. It is kept as it is.",
    remedy: "Send instants with their offset: a wall clock sent as UTC is hours off.",
  },
} as const;

export type WarningCode = keyof typeof WARNINGS;
export type Warning = { readonly code: WarningCode; readonly message: string };

/** Nearly every event. One array, so that this costs nothing. */
export const NO_WARNINGS: readonly Warning[] = [];
