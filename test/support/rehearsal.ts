/** The settings of a plain rehearsal of a file. */
export const PLAIN = { changes: { asOf: null, tags: [], scale: 1 }, stored: false, table: false, rows: true } as const;
