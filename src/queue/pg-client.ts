/** Clients of PostgreSQL for BullMQ. */
import pg from "pg";

/** Ignores an error that nobody listens for, such as a cut connection: the statement that waits on it fails anyway. */
export class QuietClient extends pg.Client {
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return event === "error" && this.listenerCount("error") === 0 ? false : super.emit(event, ...args);
  }
}

type Connected = (error: Error | null) => void;

/** A pooler takes no `options` at the start of a session. They are set by a statement, before anything else runs. */
export class PoolerClient extends QuietClient {
  readonly settings: string;

  constructor({ options = "", ...config }: pg.ClientConfig) {
    super(config);
    const given = options.matchAll(/-c\s*([\w.]+)=(\S+)/g);
    this.settings = [...given].map(([, name, value]) => `set ${name} = ${value}`).join("; ");
  }

  override connect(): Promise<this>;
  override connect(done: Connected): void;
  override connect(done?: Connected): Promise<this> | undefined {
    const connected = this.begin();
    if (done === undefined) return connected;
    connected.then(() => done(null), done);
    return undefined;
  }

  private async begin(): Promise<this> {
    await super.connect();
    if (this.settings !== "") await this.query(this.settings);
    return this;
  }
}
