/** A fault of a campaign, by file and line. */
export type CampaignFault = { readonly file: string; readonly line: number | null; readonly message: string };

/** `templates/default/campaign.yaml:3: message` → its parts. A fault of a whole file has no line, and a fault of the key no file. */
export function faultOf(fault: string): CampaignFault {
  const [, file, line, message] =
    /^(?:.*?\/)??((?:phrases\/)?[\w.-]+\.(?:yaml|hbs)):(?:(\d+):)? (.*)$/s.exec(fault) ?? [];
  if (file === undefined || message === undefined) return { file: "campaign.yaml", line: null, message: fault };
  return { file, line: line === undefined ? null : Number(line), message };
}
