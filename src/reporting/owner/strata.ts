/** The strata of a report by name: in each, one shop's buyers of one campaign with one share held out are compared. */
import { z } from "zod";
import type { Strata } from "../report/effect.ts";

export type NamedStratum = {
  readonly shop: string;
  readonly campaign: string;
  readonly share: number;
  /** It has buyers in both arms whose time to pay is over. */
  readonly isMeasured: boolean;
  /** In both arms, if their time to pay is over. */
  readonly buyers: number;
  /** The reminded whose time to pay is over, and all of them. */
  readonly treated: number;
  readonly allTreated: number;
};

/** As report-arms-store.ts writes it. */
const keyShape = z.tuple([z.string(), z.string(), z.number()]);

export const namedStrata = (strata: Strata): NamedStratum[] =>
  [...strata].map(([key, { treated, held }]) => {
    const [shop, campaign, share] = keyShape.parse(JSON.parse(key));
    return {
      shop,
      campaign,
      share,
      isMeasured: treated.buyers > 0 && held.buyers > 0,
      buyers: treated.buyers + held.buyers,
      treated: treated.buyers,
      allTreated: treated.buyers + treated.open,
    };
  });
