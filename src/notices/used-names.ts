/** The approved signatures and templates that campaigns use on a channel, with the files that use them. */
import type { UsedNames } from "../core/seams/channel-check.ts";
import { providerOf } from "../providers/all.ts";
import type { Catalog } from "../render/catalog/catalog.ts";

type ChannelFacts = { readonly name: string; readonly provider: string; readonly signName?: string };

export type Uses = UsedNames & { readonly usedBy: (about: "sign" | "template", name: string) => readonly string[] };

export function usedNames({ templates }: Pick<Catalog, "templates">, channel: ChannelFacts): Uses {
  const signs = new Map<string, string[]>();
  const names = new Map<string, string[]>();
  const add = (uses: Map<string, string[]>, name: string, file: string) =>
    void uses.set(name, [...(uses.get(name) ?? []), file]);
  if (channel.signName !== undefined) signs.set(channel.signName, []);
  const approved = providerOf(channel.provider)?.approved ?? null;
  for (const template of templates) {
    if (template.channel !== channel.name || approved === null) continue;
    const fields = template.front[approved.section]?.fields;
    if (fields === undefined) continue;
    const file = `${template.id}.hbs`;
    const sign = fields.signName ?? channel.signName;
    if (sign !== undefined) add(signs, sign, file);
    const parts = approved.namedBy.map((field) => fields[field]);
    if (parts.every((part) => part !== undefined)) add(names, parts.join("/"), file);
  }
  return {
    signs: [...signs.keys()],
    templates: [...names.keys()],
    usedBy: (about, name) => (about === "sign" ? signs : names).get(name) ?? [],
  };
}
