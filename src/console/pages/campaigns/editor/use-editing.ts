/** The changes of a campaign, saving them, and the answers of the server. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { Problem } from "../../../api/call.ts";
import { type Campaign, campaignQuery, saveCampaign } from "../../../api/campaigns.ts";
import { baseOf, CAMPAIGN_FILE, type Draft, edited, rebased, textsOf } from "./draft.ts";
import type { SaveFault } from "./faults-and-warnings.tsx";

const NO_FAULTS: readonly SaveFault[] = [];

/** The facts of a campaign that its editor needs. */
export type Edited = Pick<
  Campaign,
  "key" | "version" | "yaml" | "templates" | "campaign" | "retired" | "createdBy" | "createdAt" | "note"
>;

/** `isNew`: it has no version yet, so all its texts are changes. */
export function useEditing(campaign: Edited, isNew: boolean) {
  const queries = useQueryClient();
  const server = useMemo(() => baseOf(campaign), [campaign]);
  // null: nothing is changed, and the newest version is shown.
  const [draft, setDraft] = useState<Draft | null>(
    isNew ? { base: { version: campaign.version, texts: {} }, changes: server.texts } : null,
  );
  const texts = useMemo(() => textsOf(draft ?? { base: server, changes: {} }), [draft, server]);
  const query = campaignQuery(campaign.key);

  const save = useMutation({
    mutationFn: (note: string | null) => {
      const { [CAMPAIGN_FILE]: yaml = "", ...templates } = texts;
      const { version } = draft?.base ?? server;
      return saveCampaign({ key: campaign.key, version, yaml, templates, note });
    },
    onSuccess: async ({ warnings: _, ...saved }) => {
      await queries.cancelQueries({ queryKey: query.queryKey });
      queries.setQueryData(query.queryKey, saved);
      // Changes made while it was being saved stay, on top of the saved version.
      setDraft((now) => now && rebased(now, baseOf(saved), []));
    },
    // Somebody else saved: their version is read, and both are shown.
    onSettled: () => queries.invalidateQueries({ queryKey: ["changes"] }),
  });
  const { error } = save;
  const faults = error instanceof Problem && error.code === "invalid_campaign" ? error.body?.errors : undefined;

  const setText = useCallback(
    (file: string, text: string | null) =>
      setDraft((before) => edited(before ?? { base: server, changes: {} }, file, text)),
    [server],
  );
  const { reset } = save;
  const resolve = useCallback(
    (next: Draft | null) => {
      reset();
      setDraft(next);
    },
    [reset],
  );

  return {
    draft,
    texts,
    setText,
    save,
    /** The faults that the last attempt to save brought. */
    faults: faults === undefined ? NO_FAULTS : faultsOf(faults),
    /** Another reason why it was not saved; that somebody else saved first is shown by both texts. */
    error: faults !== undefined || (!isNew && error instanceof Problem && error.status === 412) ? null : error,
    isBehind: draft !== null && draft.base.version !== campaign.version && !save.isPending,
    resolve,
  };
}

type Faults = NonNullable<NonNullable<Problem["body"]>["errors"]>;
const KNOWN = new WeakMap<Faults, readonly SaveFault[]>();

/** The same object for the same answer, so that the editor shows it once. */
function faultsOf(errors: Faults): readonly SaveFault[] {
  const faults =
    KNOWN.get(errors) ??
    errors.map(({ file, line, message }) => ({ file: file ?? CAMPAIGN_FILE, line: line ?? null, message }));
  KNOWN.set(errors, faults);
  return faults;
}
