/** The order of rows: by time, then buyer, then step (whole-case rows first); the JSON only so that the same rows always come in the same order. */
export type Row = {
  readonly at: number;
  readonly buyer: string;
  /** "" for a whole-case row. */
  readonly step: string;
  /** Text, or its bytes in UTF-8. */
  readonly json: string | Buffer;
};

export function compareRows(a: Row, b: Row): number {
  return (
    a.at - b.at || compare(a.buyer, b.buyer) || compare(a.step, b.step) || compare(a.json.toString(), b.json.toString())
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
