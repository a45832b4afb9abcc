/** The proof sheet as one page without scripts or other files: for a screen, dark or narrow too, and for paper. */
import { LENGTHS, type ProofCampaign, type ProofExample, type ProofText } from "../../../../render/proof/proof.ts";
import { STYLE } from "./style.ts";
import { priceOf, summaryOf, whenOf } from "./text.ts";

export function proofHtml(campaigns: readonly ProofCampaign[], dir: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Proof sheet: ${safe(dir)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Proof sheet</h1>
<p><code>${safe(dir)}</code> · ${safe(summaryOf(campaigns))}</p>
<p class="hint">Each text for a buyer of whom nothing is known, a usual one, and one with three orders and everything long. The data is made up.</p>
<nav aria-label="Campaigns"><ul>
${campaigns.map(({ key, name, texts }) => `<li><a href="#${safe(key)}">${safe(name)}</a> <small>${texts.length}</small></li>`).join("\n")}
</ul></nav>
</header>
<main>
${campaigns.map(campaignHtml).join("\n")}
</main>
</body>
</html>`;
}

function campaignHtml({ key, name, warnings, texts }: ProofCampaign): string {
  const steps = [...new Set(texts.map(({ step }) => step))];
  return `<section id="${safe(key)}">
<h2>${safe(name)} <code>${safe(key)}</code></h2>
${warningsHtml(warnings)}
${steps
  .map((step) => {
    const own = texts.filter((text) => text.step === step);
    const [first] = own;
    return `<h3>${safe(step)}${first === undefined ? "" : ` <small>${safe(whenOf(first.at))}</small>`}</h3>
${own.map(textHtml).join("\n")}`;
  })
  .join("\n")}
<p class="sign"><span>Approved by</span><span>Date</span></p>
</section>`;
}

function textHtml(text: ProofText): string {
  const { channel, provider, locale, variant, category, examples, file, version, warnings } = text;
  const tags = [
    `<b>${safe(channel)}</b>`,
    safe(provider),
    safe(locale),
    ...(variant === null ? [] : [`variant ${safe(variant)}`]),
    category,
  ];
  return `<article>
<h4>${tags.map((tag) => `<span>${tag}</span>`).join(" ")}</h4>
<div class="examples">
${LENGTHS.map((length) => exampleHtml(length, examples[length], locale)).join("\n")}
</div>
${approvedHtml(text)}${warningsHtml(warnings)}
<p class="file"><code>${safe(file)}</code> <code>${safe(version)}</code></p>
</article>`;
}

function exampleHtml(length: string, example: ProofExample, locale: string): string {
  const body =
    "fault" in example
      ? `<p class="fault">No text: ${safe(example.fault)}</p>`
      : `<p class="text" lang="${safe(locale)}" dir="auto">${safe(example.text)}</p>`;
  const detail =
    "fault" in example || example.segments === null
      ? ""
      : ` <small>${example.encoding}, ${example.characters} characters</small>`;
  return `<figure>
<figcaption>${length}: <b>${safe(priceOf(example))}</b>${detail}</figcaption>
${body}
</figure>`;
}

function approvedHtml({ approved }: ProofText): string {
  if (approved === null) return "";
  const fields = Object.entries(approved.fields).map(([name, value]) => `${safe(name)} <code>${safe(value)}</code>`);
  const rows = approved.params.map(
    ({ name, source, usual }) =>
      `<tr><th scope="row">${safe(name)}</th><td><code>${safe(source)}</code></td><td>${safe(usual ?? "–")}</td></tr>`,
  );
  const table =
    rows.length === 0
      ? ""
      : `<div class="scroll"><table><thead><tr><th scope="col">Parameter</th><th scope="col">Made from</th><th scope="col">Usual value</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
  return `<div class="approved"><p>Template of ${safe(approved.section)}: ${fields.join(", ")}</p>${table}</div>\n`;
}

const warningsHtml = (warnings: readonly string[]): string =>
  warnings.length === 0
    ? ""
    : `<ul class="warnings" aria-label="Warnings">${warnings.map((warning) => `<li>${safe(warning)}</li>`).join("")}</ul>`;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const safe = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
