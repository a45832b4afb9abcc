/** Changes that are not saved: what would lose them without a change of the address asks here first. */
type Ask = () => Promise<boolean>;

let guard: Ask | null = null;

/** `ask`: whether the person leaves all the same. Returns how to end it. */
export function guardLeaving(ask: Ask): () => void {
  guard = ask;
  return () => {
    if (guard === ask) guard = null;
  };
}

export const mayLeave = async (): Promise<boolean> => guard === null || (await guard());
