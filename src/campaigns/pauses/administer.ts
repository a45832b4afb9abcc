/** Everything that the HTTP API and the commands do with the pauses of channels, shops and payment methods, in the shape of answers. */
import type { Shares } from "../../core/limits/guard.ts";
import { methodName, type PaymentMethod, readMethodName } from "../../core/values/payment-method.ts";
import type { Guard } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import type { Actor } from "../../db/stores/campaigns/audit-store.ts";
import { databaseNow } from "../../db/stores/intake/intake-store.ts";
import { readHealth } from "./channel-health.ts";
import { sharesOf } from "./guard.ts";
import { listPaused, type PauseView } from "./list.ts";
import { type PauseInput, setPaused } from "./pause.ts";

type ChannelFacts = { readonly name: string; readonly provider: string; readonly ratePerSecond: number | null };

export type PausableParts = {
  readonly channels: readonly ChannelFacts[];
  readonly shopIds: readonly string[];
  /** null: events of the shop are refused. The entry `"*"` accepts shops that are not listed. */
  readonly shop: (id: string) => { readonly guard?: Guard | null; readonly currency?: string } | null;
};

type Kind = Exclude<PauseInput["kind"], "campaign">;
type Part = { readonly kind: Kind; readonly name: string };
type Switch = Omit<PauseInput, "kind" | "name">;

type MethodState = PaymentMethod &
  Omit<PauseView, "kind" | "name" | "pausedAt" | "source" | "note"> & {
    readonly paused: boolean;
    readonly pausedAt: string | null;
    readonly pauseSource: PauseView["source"] | null;
    /** As the guard sees them; null: it counted none. */
    readonly recent: Shares | null;
    readonly usual: Shares | null;
  };

export function createPauseAdmin({ sql, channels, shopIds, shop }: PausableParts & { readonly sql: Sql }) {
  const stateOf = async (kind: Kind) => {
    const pauses = (await listPaused(sql)).filter((each) => each.kind === kind);
    const of = (name: string) => {
      const pause = pauses.find((each) => each.name === name);
      return {
        name,
        paused: pause !== undefined,
        pausedAt: pause?.pausedAt ?? null,
        pausedUntil: pause?.pausedUntil ?? null,
        pauseSource: pause?.source ?? null,
        reason: pause?.reason ?? null,
      };
    };
    return { of, paused: pauses.map(({ name }) => name) };
  };
  const channelsOf = async () => {
    const [{ of, paused }, healthOf] = await Promise.all([stateOf("channel"), readHealth(sql)]);
    const item = (name: string) => {
      const facts = channels.find((channel) => channel.name === name);
      const pause = of(name);
      const known = { provider: facts?.provider ?? null, ratePerSecond: facts?.ratePerSecond ?? null };
      return { ...pause, ...known, ...healthOf(name, pause.paused) };
    };
    return { item, paused };
  };
  const shopsOf = async () => {
    const { of, paused } = await stateOf("shop");
    return { paused, item: (name: string) => ({ ...of(name), currency: shop(name)?.currency ?? null }) };
  };
  /** false: it is neither configured nor paused. A part that was removed from dunlin.yaml can still be resumed. */
  const change = async (actor: Actor, part: Part, input: Switch, known: boolean) => {
    if (!known && (input.paused || !(await stateOf(part.kind)).paused.includes(part.name))) return false;
    await setPaused(sql, actor, { ...part, ...input });
    return true;
  };
  const methodsOf = async () => {
    const { of, paused } = await stateOf("payment_method");
    const shares = await sharesOf(sql, (id) => shop(id)?.guard ?? null, await databaseNow(sql));
    const counted = new Map(shares.map((each) => [methodName(each), each]));
    const item = (name: string) => {
      const { name: _, ...state } = of(name);
      const known = counted.get(name);
      return { ...readMethodName(name), ...state, recent: known?.recent ?? null, usual: known?.usual ?? null };
    };
    return { item, names: new Set([...counted.keys(), ...paused]) };
  };
  return {
    /** The configured channels in the order of dunlin.yaml, then others that are paused. */
    async channels() {
      const { item, paused } = await channelsOf();
      const names = new Set([...channels.map(({ name }) => name), ...paused]);
      return { items: [...names].map(item), next: null };
    },
    /** The listed shops, then others that are paused. */
    async shops() {
      const { item, paused } = await shopsOf();
      return { items: [...new Set([...shopIds, ...paused])].map(item), next: null };
    },
    /** The methods of guarded shops of which orders were counted lately, then others that are paused. */
    async methods() {
      const { item, names } = await methodsOf();
      return { items: [...names].map(item), next: null };
    },
    /** null: no such shop. Which methods it has nobody knows before it has orders of them. Throws CampaignsBusy. */
    async setMethod(actor: Actor, method: PaymentMethod, input: Switch): Promise<MethodState | null> {
      const name = methodName(method);
      if (!(await change(actor, { kind: "payment_method", name }, input, shop(method.shop) !== null))) return null;
      return (await methodsOf()).item(name);
    },
    /** null: no such channel. Throws CampaignsBusy. */
    async setChannel(actor: Actor, name: string, input: Switch) {
      const known = channels.some((channel) => channel.name === name);
      if (!(await change(actor, { kind: "channel", name }, input, known))) return null;
      return (await channelsOf()).item(name);
    },
    /** null: no such shop. Throws CampaignsBusy. */
    async setShop(actor: Actor, name: string, input: Switch) {
      if (!(await change(actor, { kind: "shop", name }, input, shop(name) !== null))) return null;
      return (await shopsOf()).item(name);
    },
  };
}
