/** A payment method is one of a shop's: as a part that can be paused, both have one name, like `acme/alipay`. */
export type PaymentMethod = { readonly shop: string; readonly method: string };

/** A `/` in the id of the shop is written `%2F`, so that two pairs never have one name. */
export const methodName = ({ shop, method }: PaymentMethod): string =>
  `${shop.replaceAll("%", "%25").replaceAll("/", "%2F")}/${method}`;

/** Reads what `methodName` wrote. */
export function readMethodName(name: string): PaymentMethod {
  const end = name.indexOf("/");
  const shop = name.slice(0, end).replaceAll("%2F", "/").replaceAll("%25", "%");
  return { shop, method: name.slice(end + 1) };
}
