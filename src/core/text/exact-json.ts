/** JSON whose 64-bit ids are numbers: JSON.parse would round them. */

/** Parses the body with every whole number of 16 digits or more as a string. Null when it is not JSON. */
export function parseExact(rawBody: Buffer): unknown {
  const quoted = rawBody
    .toString("utf8")
    .replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
      /^-?\d{16,}$/.test(token) ? `"${token}"` : token,
    );
  try {
    return JSON.parse(quoted);
  } catch {
    return null;
  }
}
