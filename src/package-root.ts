import { fileURLToPath } from "node:url";

/** The folder of the package, where package.json, drizzle/ and templates/ lie. The sources lie one level below it, and so does the build. */
export const PACKAGE_ROOT = new URL("..", import.meta.url);

/** The built console. */
export const CONSOLE_DIR = fileURLToPath(new URL("dist/console/", PACKAGE_ROOT));

/** The page of the queues. */
export const QUEUES_DIR = fileURLToPath(new URL("dist/queues/", PACKAGE_ROOT));
