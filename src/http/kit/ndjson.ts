/**
 * Hands a stream of NDJSON to intake in chunks, a few at a time. The stream is paused while these are pending, so memory contains a few
 * thousand lines at most. A bad line is rejected alone. The whole request fails only when the store or the stream fails: then the report
 * counts the lines before the first unanswered line, and the sender resumes from that line.
 */
import type { Readable } from "node:stream";
import { parseJson } from "../../core/text/json.ts";
import { isBlank, type LineKind, splitLines, withoutMark } from "../../core/text/lines.ts";
import type { EventsVerbs } from "../contract/events.ts";
import type { EventWarning } from "../contract/parts/problem.ts";
import { HttpProblem } from "./errors.ts";
import { type Done, keeper, type LinesReport, type Place, type RejectedLine, sum, withReport } from "./lines-report.ts";

/** A chunk is submitted when it has this many lines or bytes. */
const CHUNK_LINES = 1_000;
const CHUNK_BYTES = 2_000_000;
const MAX_PENDING = 3;
const MAX_LINE_BYTES = 1_000_000;
/** How long this may hold the process at a time, and the bytes between two looks at the clock: a thousand of the smallest lines. */
const TURN_MS = 20;
const SLICE = 4_096;
type Chunk = {
  readonly first: Place;
  readonly values: unknown[];
  readonly places: Place[];
  readonly rejected: RejectedLine[];
};
type Options = {
  readonly submit: EventsVerbs["intake"]["submit"];
  readonly stallTimeout: number;
  /** When it is aborted, reading stops and the finished chunks are reported. Its reason is the HttpProblem to answer with. */
  readonly signal: AbortSignal;
};

/** Rejects with an HttpProblem that says where to resume. */
export function takeLines(stream: Readable, { submit, stallTimeout, signal }: Options): Promise<LinesReport> {
  const next: { index: number; line: number } = { index: 0, line: 1 };
  const newChunk = (): Chunk => ({ first: { ...next }, values: [], places: [], rejected: [] });
  /** In the order of the stream; undefined: pending or failed. */
  const done: (Done | undefined)[] = [];
  const firsts: Place[] = [];
  let chunk = newChunk();
  let bytesInChunk = 0;
  let pending = 0;
  let failure: unknown;
  let stopped = false;
  let ended = false;
  /** Arrived, and not split yet. */
  const waiting: Buffer[] = [];
  /** When this turn of the event loop began to work here. */
  let turn: number | null = null;
  const briefFaults = keeper<RejectedLine>();
  const briefWarnings = keeper<EventWarning>();

  const splitter = splitLines({ maxBytes: MAX_LINE_BYTES, onLine: takeLine });

  function takeLine(raw: Buffer, line: number, kind: LineKind): void {
    const bytes = line === 1 ? withoutMark(raw) : raw;
    next.line = line + 1;
    if (kind !== "long" && isBlank(bytes)) return;
    const place = { index: next.index++, line };
    const reject = (code: string, message: string) =>
      chunk.rejected.push({ ...place, id: null, code, message: `line ${line}: ${message}` });
    bytesInChunk += bytes.length;
    if (kind === "long") reject("line_too_long", "is longer than 1 MB");
    else {
      const parsed = parseJson(bytes);
      if (parsed.ok) {
        chunk.values.push(parsed.value);
        chunk.places.push(place);
      } else
        reject(
          "invalid_json",
          `${parsed.message}${kind === "last" ? "; the last line is cut off: send it again whole" : ""}`,
        );
    }
    if (chunk.values.length + chunk.rejected.length >= CHUNK_LINES || bytesInChunk >= CHUNK_BYTES) send();
  }

  let onChange = (): void => {};

  function send(): void {
    const sent = chunk;
    const at = done.length;
    done.push(undefined);
    firsts.push(sent.first);
    chunk = newChunk();
    bytesInChunk = 0;
    pending++;
    const receipt =
      sent.values.length === 0
        ? Promise.resolve({ accepted: 0, duplicates: 0, rejected: [], warnings: [] })
        : submit(sent.values);
    const placed = <Item extends { readonly index: number }>({ index, ...item }: Item) => ({
      ...(sent.places[index] ?? sent.first),
      ...item,
    });
    receipt
      .then(
        ({ accepted, duplicates, rejected, warnings }) => {
          const faults = rejected.map(placed);
          const all =
            sent.rejected.length === 0 ? faults : [...sent.rejected, ...faults].sort((a, b) => a.index - b.index);
          done[at] = {
            accepted,
            duplicates,
            rejected: briefFaults(all),
            warnings: briefWarnings(warnings.map(placed)),
          };
        },
        (error: unknown) => {
          failure ??= error;
        },
      )
      .finally(() => {
        pending--;
        onChange();
      });
  }

  return new Promise((resolve, reject) => {
    let stall = setTimeout(onStall, stallTimeout);

    onChange = () => {
      if (failure !== undefined) stopped = true;
      if (!stopped && !ended) work();
      if ((ended || stopped) && pending === 0) finish();
    };

    function onData(data: Buffer | string): void {
      if (stopped) return;
      stall.refresh();
      waiting.push(typeof data === "string" ? Buffer.from(data) : data);
      work();
    }
    /** Splits and checks what arrived, until the turn is over or the store is busy. Meanwhile the stream is paused. */
    function work(): void {
      if (turn === null && waiting.length > 0) {
        turn = performance.now();
        setImmediate(() => {
          turn = null;
          onChange();
        });
      }
      while (!stopped && pending < MAX_PENDING && turn !== null && performance.now() - turn < TURN_MS) {
        const [first] = waiting;
        if (first === undefined) break;
        if (first.length > SLICE) waiting[0] = first.subarray(SLICE);
        else waiting.shift();
        splitter.feed(first.subarray(0, SLICE));
      }
      if (waiting.length > 0 || pending >= MAX_PENDING) {
        stream.pause();
        // The sender is not silent while this waits for the store.
        clearTimeout(stall);
      } else if (stream.isPaused()) {
        stall = setTimeout(onStall, stallTimeout);
        stream.resume();
      }
    }
    function onEnd(): void {
      clearTimeout(stall);
      ended = true;
      if (!stopped) {
        splitter.end();
        if (chunk.values.length + chunk.rejected.length > 0) send();
      }
      onChange();
    }
    /** Pending chunks are still awaited: they may be committed, and the answer counts them. */
    function stop(reason: unknown): void {
      failure ??= reason;
      onChange();
    }
    function onStall(): void {
      stop(new HttpProblem("request_timeout", `nothing arrived for ${stallTimeout / 1000} s`));
    }
    function onAbort(): void {
      stop(signal.reason);
    }
    function onClose(): void {
      if (!ended) stop(new HttpProblem("invalid_request", "the connection was cut before the end of the body"));
    }

    function finish(): void {
      clearTimeout(stall);
      stream.off("data", onData).off("end", onEnd).off("close", onClose);
      signal.removeEventListener("abort", onAbort);
      onChange = () => {};
      // The rest of the body is read and dropped, so that the sender can read the answer.
      if (!ended) stream.resume();
      const undone = done.indexOf(undefined);
      const report = sum(done.slice(0, undone === -1 ? done.length : undone));
      if (failure === undefined) resolve(report);
      else reject(withReport(failure, report, undone === -1 ? chunk.first : (firsts[undone] ?? chunk.first)));
    }

    stream.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
  });
}
