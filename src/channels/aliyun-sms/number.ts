/** Mainland numbers have 11 digits, others their country code without `+`. */
export const numberOf = (to: string): string => to.replace(/^\+86(?=1\d{10}$)/, "").replace(/^\+/, "");
