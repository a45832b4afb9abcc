export function bundle(entries: readonly string[], outdir: string): Promise<void>;
