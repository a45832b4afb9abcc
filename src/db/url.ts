/** URLs of databases, for people: never with a password. */

/** The URL without its password. In a URL that cannot be parsed, everything that might be one is cut. */
export function redactUrl(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password) parsed.password = "***";
    for (const key of ["password", "sslpassword"]) {
      if (parsed.searchParams.has(key)) parsed.searchParams.set(key, "***");
    }
    return parsed.toString();
  } catch {
    return url.replace(/^([a-z][\w+.-]*:\/\/[^:@/]*):.*@/is, "$1:***@").replace(/(password=)[^&\s]*/gi, "$1***");
  }
}
