/** Reads a campaign directory into texts by path. A file that cannot be read or does not belong there is a fault. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { PHRASES } from "../phrases.ts";

/** The byte order mark stays in the text, so that an export is the same byte for byte. */
const MAX_BYTES = 65_536;
const MAX_FILES = 5_000;

export type CatalogFiles = {
  /** `default/campaign.yaml` → its text. */
  readonly files: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
  /** The name of the directory in messages. */
  readonly shownAs: string;
};

/** Skips dot files and Markdown; follows links. */
export function readCatalogFiles(dir: string): CatalogFiles {
  const shownAs = showDir(dir);
  const files = new Map<string, string>();
  const faults: string[] = [];
  for (const campaign of list(dir, shownAs, faults)) {
    const shown = `${shownAs}/${campaign}`;
    if (kindOf(join(dir, campaign)) !== "directory") {
      faults.push(`${shown}: is not a directory: each campaign needs a directory of its own`);
      continue;
    }
    for (const name of namesIn(join(dir, campaign), shown, faults)) {
      if (kindOf(join(dir, campaign, name)) !== "file") faults.push(`${shown}/${name}: is not a file: remove it`);
      else if (files.size >= MAX_FILES)
        return { files, faults: [...faults, `${shownAs}: has more than ${MAX_FILES} files`], shownAs };
      else readInto(files, `${campaign}/${name}`, dir, shownAs, faults);
    }
  }
  return { files, faults, shownAs };
}

/** Those of its phrases with their folder. */
function namesIn(dir: string, shown: string, faults: string[]): string[] {
  const names = list(dir, shown, faults);
  if (!names.includes(PHRASES) || kindOf(join(dir, PHRASES)) !== "directory") return names;
  const phrases = list(join(dir, PHRASES), `${shown}/${PHRASES}`, faults).map((name) => `${PHRASES}/${name}`);
  return [...names.filter((name) => name !== PHRASES), ...phrases];
}

function showDir(dir: string): string {
  if (!isAbsolute(dir)) return dir.replace(/\/+$/, "") || ".";
  const near = relative("", dir);
  return near === "" || near.startsWith("..") ? dir : near;
}

function list(dir: string, shown: string, faults: string[]): string[] {
  try {
    return readdirSync(dir)
      .filter((name) => !name.startsWith(".") && !/\.md$/i.test(name))
      .sort();
  } catch (error) {
    faults.push(`${shown}: ${reason(error)}`);
    return [];
  }
}

function kindOf(path: string): "file" | "directory" | "other" {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() ? "file" : stat?.isDirectory() ? "directory" : "other";
}

function readInto(files: Map<string, string>, path: string, dir: string, shownAs: string, faults: string[]): void {
  try {
    const bytes = readFileSync(join(dir, path));
    if (bytes.length > MAX_BYTES)
      faults.push(`${shownAs}/${path}: is too long: ${bytes.length} bytes, at most ${MAX_BYTES}`);
    else files.set(path, new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    faults.push(`${shownAs}/${path}: ${error instanceof TypeError ? "is not UTF-8 text" : reason(error)}`);
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const reasons: Record<string, string> = {
    ENOENT: "the directory does not exist",
    ENOTDIR: "is not a directory",
    EACCES: "this user may not read it",
  };
  return reasons[code] ?? `cannot be read (${code})`;
}
