/** What is wrong with a campaign, by file and line. */
export type CampaignFault = { readonly file: string; readonly line: number | null; readonly message: string };

/** `templates/default/campaign.yaml:3: message` → its parts; the line is absent for what a whole file does, the file for what the key is. */
export function faultOf(fault: string): CampaignFault {
  const [, file, line, message] = /^(?:.*?\/)??([\w.-]+\.(?:yaml|hbs)):(?:(\d+):)? (.*)$/s.exec(fault) ?? [];
  if (file === undefined || message === undefined) return { file: "campaign.yaml", line: null, message: fault };
  return { file, line: line === undefined ? null : Number(line), message };
}
