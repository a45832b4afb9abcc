/** Judges the answers of providers about the set-up of their channels, in lines for `doctor` and for notices. */
import type { ChannelFinding } from "../seams/channel-check.ts";
import { formatMicros } from "../values/money.ts";
import { type Forecast, forecast, type Plan, type Stock } from "./forecast.ts";
import type { Matter } from "./matters.ts";

export type CheckedChannel = {
  readonly name: string;
  readonly findings: readonly ChannelFinding[];
  /** null: the plans are not known. */
  readonly plan: Plan | null;
  /** The files of campaigns that use a signature or template. */
  readonly usedBy: (about: "sign" | "template", name: string) => readonly string[];
};

/** `setup`: credentials and names; `stock`: money and packages; `check`: it could not be found out. */
export type SetupLine = {
  readonly channel: string;
  readonly about: "setup" | "stock" | "check";
  readonly level: "ok" | "warning" | "fault";
  readonly text: string;
};

/** Accounts are shared by channels, so all are judged together. */
export function judgeSetup(channels: readonly CheckedChannel[], written: (at: number) => string): SetupLine[] {
  return channels.flatMap((channel) => {
    const approved = channel.findings.filter(isApproved);
    const others = channel.findings.filter((finding) => !isApproved(finding));
    const lines = others.map((finding) => lineOf(finding, channel, channels, written));
    if (approved.length > 0) lines.push({ about: "setup", level: "ok", text: `approved: ${named(approved)}` });
    return lines.map((line) => ({ channel: channel.name, ...line }));
  });
}

type Line = Omit<SetupLine, "channel">;
type Name = Extract<ChannelFinding, { about: "sign" | "template" | "sender" }>;

const isApproved = (finding: ChannelFinding): finding is Name => "state" in finding && finding.state === "approved";

const WORDS = { sign: "signature", template: "template", sender: "sender" } as const;
const SHOWN = 4;

function named(findings: readonly Name[]): string {
  const names = findings.slice(0, SHOWN).map(({ about, name }) => `${WORDS[about]} ${name}`);
  return `${names.join(", ")}${findings.length > SHOWN ? ` and ${findings.length - SHOWN} others` : ""}`;
}

function lineOf(
  finding: ChannelFinding,
  channel: CheckedChannel,
  channels: readonly CheckedChannel[],
  written: (at: number) => string,
): Line {
  if (finding.about === "credentials") {
    const code = finding.code === null ? "" : ` (${finding.code})`;
    return { about: "setup", level: finding.ok ? "ok" : "fault", text: `${finding.message}${code}` };
  }
  if (finding.about === "check")
    return { about: "check", level: "warning", text: `not checked: ${finding.message} (${finding.code})` };
  if (finding.about === "balance" || finding.about === "package") {
    const sharing = channels.filter(({ findings }) =>
      findings.some((each) => each.about === finding.about && each.account === finding.account),
    );
    const plans = sharing.flatMap(({ plan }) => plan ?? []);
    return stockLine(finding, forecast(finding, plans), plans.length > 0, written);
  }
  const files = finding.about === "sender" ? [] : channel.usedBy(finding.about, finding.name);
  const users = files.length === 0 ? "" : `; used by ${listed(files)}`;
  const level = finding.state === "pending" || finding.state === "limited" ? "warning" : "fault";
  return { about: "setup", level, text: `${WORDS[finding.about]} ${finding.name}: ${finding.message}${users}` };
}

const listed = (files: readonly string[]): string =>
  `${files.slice(0, SHOWN).join(", ")}${files.length > SHOWN ? ` and ${files.length - SHOWN} others` : ""}`;

function stockLine(stock: Stock, result: Forecast, isPlanned: boolean, written: (at: number) => string): Line {
  const amount = (value: number) =>
    stock.about === "package" ? `${value} segments` : `${formatMicros(value, stock.currency)} ${stock.currency}`;
  const left =
    stock.about === "package"
      ? `${stock.left} of ${stock.bought} bought segments are left`
      : `${amount(stock.micros)} are left`;
  const line = (level: Line["level"], more: string, about: Line["about"] = "stock"): Line => ({
    about,
    level,
    text: `${left}${more}`,
  });
  if (result.kind === "no_price")
    return line("warning", "; whether that lasts is not known: set the channel's cost in dunlin.yaml", "check");
  if (result.kind === "other_currency")
    return line("warning", "; whether that lasts is not known: the channel's cost is in another currency", "check");
  const planned = isPlanned ? `; ${amount(result.need)} are planned for the next 24 hours` : "";
  if (result.kind === "empty") return line("fault", `: top up now${planned}`);
  if (result.kind === "short") {
    const when = result.runsOutAt === null ? "before they are sent" : `at about ${written(result.runsOutAt)}`;
    return line("fault", `${planned}: it runs out ${when}, top up before`);
  }
  return line(
    result.kind === "low" ? "warning" : "ok",
    `${planned}${result.kind === "low" ? ": it is nearly used up" : ""}`,
  );
}

/** The matters of the lines that are not in order. A set-up is a new incident when it changes; money also with each new `day`. */
export function setupMatters(lines: readonly SetupLine[], day: string): Matter[] {
  const matters: Matter[] = [];
  for (const channel of new Set(lines.map((line) => line.channel)))
    for (const [about, matter] of [
      ["setup", "setup"],
      ["stock", "balance_low"],
    ] as const) {
      const bad = lines.filter((line) => line.channel === channel && line.about === about && line.level !== "ok");
      if (bad.length === 0) continue;
      const texts = bad.map(({ text }) => text);
      const occurrence =
        about === "setup" ? texts.join("\n").slice(0, 2_000) : `${day} ${bad.map(({ level }) => level).join()}`;
      matters.push({ matter: `${matter}:${channel}`, occurrence, text: `channel ${channel}: ${texts.join(". ")}` });
    }
  return matters;
}
