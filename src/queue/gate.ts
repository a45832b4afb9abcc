/** Whether workers may take work. While it is closed they finish what they have, and take nothing. */
export type Gate = {
  isOpen(): boolean;
  /** Resolves at the next change. */
  changed(): Promise<void>;
};

export const ALWAYS_OPEN: Gate = { isOpen: () => true, changed: () => new Promise(() => {}) };
