/** Opens what asks the platforms before a send, for the shops with `verify`. null: no shop has it. */
import type { Logger } from "pino";
import type { Config, ShopConfig } from "../config/config.ts";
import { createVerifier, type Verifier, type VerifyTerms } from "../dispatch/verify/verifier.ts";
import type { Intake } from "../intake/intake.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { PollAccess, PollSource } from "../sources/poll-keys.ts";

type Input = {
  readonly config: Config;
  readonly intake: () => Pick<Intake, "submit">;
  readonly now: () => number;
  readonly log: Logger;
  readonly life: Lifecycle;
  readonly seen: (result: string) => void;
};

export async function openVerifier({ config, intake, now, log, life, seen }: Input): Promise<Verifier | null> {
  // No shop can be listed under this name: the entry "*", if there is one, stands for it.
  if ([...config.shopIds, "\n"].every((shop) => (config.shop(shop)?.verify ?? null) === null)) return null;
  const [{ openClient }, { openHttpVerify }] = await Promise.all([
    import("../sources/clients.ts"),
    import("../sources/http-verify.ts"),
  ]);
  const open = ({ verify, poll }: ShopConfig): VerifyTerms | null => {
    if (verify === null) return null;
    const { with: source, url, timeoutMs, onError } = verify;
    const access = source === "http" ? null : poll[source]?.access;
    const client =
      source === "http" || access == null
        ? openHttpVerify(url ?? "", verify.secret ?? "")
        : openClient(source, (url === null ? access : { ...access, url }) as PollAccess<PollSource>);
    life.onRelease(() => client.close());
    return { client, timeoutMs, onError };
  };
  const known = new Map<string, VerifyTerms | null>();
  return createVerifier({
    termsOf: (id) => {
      const shop = config.shop(id);
      if (shop === null) return null;
      const terms = known.get(id) ?? open(shop);
      known.set(id, terms);
      return terms;
    },
    submit: (events) => intake().submit(events),
    now,
    log,
    seen,
  });
}
