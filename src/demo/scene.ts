/** The parts of a run. */
import type { Vault } from "../db/vault.ts";
import type { Place } from "./place.ts";
import type { Screen } from "./screen/screen.ts";
import type { CastBuyer } from "./shop/cast.ts";
import type { Pace } from "./shop/pace.ts";
import type { Provider } from "./shop/provider.ts";
import type { Reports } from "./shop/reports.ts";

export type Scene = {
  readonly screen: Screen;
  readonly place: Place;
  readonly pace: Pace;
  readonly cast: readonly CastBuyer[];
  readonly provider: Provider;
  readonly reports: Reports;
  readonly url: string;
  readonly apiKey: string;
  /** Opens the texts that were sent. */
  readonly vault: Vault;
};
