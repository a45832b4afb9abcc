/** The Chromium of the system, or the one at CHROMIUM_PATH; undefined without either. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The first is Chromium without its own window: tests of the console take a fifth less time in it. */
const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

export const executablePath =
  process.env.CHROMIUM_PATH ??
  (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((dir) => NAMES.map((name) => join(dir, name)))
    .find((path) => existsSync(path));

export const HOW_TO_GET_ONE =
  "there is no Chromium. Install it: apt-get install chromium-headless-shell, or set CHROMIUM_PATH";
/** Chromium's own sandbox is not there in a container. */
export const ARGS = ["--no-sandbox", "--disable-gpu"];
