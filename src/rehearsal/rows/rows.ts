/** The order of rows: by time, buyer and step (whole-case rows first), and last by JSON, so that equal rows have one order. */
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
