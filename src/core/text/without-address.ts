/** A provider's message may repeat the address: digits that could be a phone number are masked, and so are mail addresses. */
export const withoutAddress = (text: string): string =>
  text.replace(/\+?\d(?:[\s().-]?\d){6,}/g, "***").replace(/[^\s@<>"']+@[^\s@<>"']+/g, "***");
