/** Everything that the HTTP API and the commands do with the pauses of channels and shops, in the shape of answers. */
import type { Sql } from "../../db/client.ts";
import type { Actor } from "../../db/stores/campaigns/audit-store.ts";
import { listPaused } from "./list.ts";
import { type PauseInput, setPaused } from "./pause.ts";

type ChannelFacts = { readonly name: string; readonly provider: string; readonly ratePerSecond: number | null };

export type PausableParts = {
  readonly channels: readonly ChannelFacts[];
  readonly shopIds: readonly string[];
  /** null: events of the shop are refused. The entry `"*"` accepts shops that are not listed. */
  readonly shop: (id: string) => object | null;
};

type Part = Pick<PauseInput, "kind" | "name">;
type Switch = Omit<PauseInput, "kind" | "name">;

export function createPauseAdmin({ sql, channels, shopIds, shop }: PausableParts & { readonly sql: Sql }) {
  const stateOf = async (kind: "channel" | "shop") => {
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
  const channelOf = (name: string) => {
    const facts = channels.find((channel) => channel.name === name);
    return { provider: facts?.provider ?? null, ratePerSecond: facts?.ratePerSecond ?? null };
  };
  /** false: it is neither configured nor paused. A part that was removed from dunlin.yaml can still be resumed. */
  const change = async (actor: Actor, part: Part & { kind: "channel" | "shop" }, input: Switch, known: boolean) => {
    if (!known && (input.paused || !(await stateOf(part.kind)).paused.includes(part.name))) return false;
    await setPaused(sql, actor, { ...part, ...input });
    return true;
  };
  return {
    /** The configured channels in the order of dunlin.yaml, then others that are paused. */
    async channels() {
      const { of, paused } = await stateOf("channel");
      const names = new Set([...channels.map(({ name }) => name), ...paused]);
      return { items: [...names].map((name) => ({ ...of(name), ...channelOf(name) })), next: null };
    },
    /** The listed shops, then others that are paused. */
    async shops() {
      const { of, paused } = await stateOf("shop");
      return { items: [...new Set([...shopIds, ...paused])].map(of), next: null };
    },
    /** null: no such channel. Throws CampaignsBusy. */
    async setChannel(actor: Actor, name: string, input: Switch) {
      const known = channels.some((channel) => channel.name === name);
      if (!(await change(actor, { kind: "channel", name }, input, known))) return null;
      return { ...(await stateOf("channel")).of(name), ...channelOf(name) };
    },
    /** null: no such shop. Throws CampaignsBusy. */
    async setShop(actor: Actor, name: string, input: Switch) {
      if (!(await change(actor, { kind: "shop", name }, input, shop(name) !== null))) return null;
      return (await stateOf("shop")).of(name);
    },
  };
}
