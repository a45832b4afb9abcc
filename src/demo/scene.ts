/** What the parts of a run are to each other. */
import type { CastBuyer } from "./cast.ts";
import type { Pace } from "./pace.ts";
import type { Place } from "./place.ts";
import type { Provider } from "./provider.ts";
import type { Screen } from "./screen.ts";

export type Scene = {
  readonly screen: Screen;
  readonly place: Place;
  readonly pace: Pace;
  readonly cast: readonly CastBuyer[];
  readonly provider: Provider;
  readonly url: string;
  readonly apiKey: string;
};
