/** The look of the proof sheet: system fonts and colours, so that it reads well in light, dark, narrow and print. */
export const STYLE = `
:root { --ink: #1c1e21; --soft: #5b6169; --page: #ffffff; --card: #f5f6f8; --line: #d4d8de; --warn: #8a4b00; --warnbg: #fff4e0; --link: #0b57b5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a9b0ba; --page: #16181b; --card: #202327; --line: #3b4048; --warn: #ffc47a; --warnbg: #35270f; --link: #8ab8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 1.75rem; margin: 0; } h2 { font-size: 1.35rem; margin: 2.5rem 0 .5rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; } h4 { font-size: 1rem; font-weight: normal; margin: 0 0 .6rem; display: flex; flex-wrap: wrap; gap: .3rem .8rem; }
small, .hint, .file { color: var(--soft); font-size: .85rem; font-weight: normal; } p { margin: .3rem 0; } a { color: var(--link); }
code { font: .85em ui-monospace, "SF Mono", Consolas, monospace; overflow-wrap: anywhere; } h2 code { color: var(--soft); font-weight: normal; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .75rem 0 0; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .9rem 1rem; margin: .75rem 0; }
.examples { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: .75rem; }
figure { margin: 0; min-width: 0; } figcaption { font-size: .9rem; margin-bottom: .25rem; }
.text { margin: 0; padding: .6rem .8rem; background: var(--card); border-radius: .4rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.fault { margin: 0; padding: .6rem .8rem; border: 1px dashed var(--warn); border-radius: .4rem; color: var(--warn); }
.approved { margin-top: .75rem; font-size: .9rem; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; margin-top: .3rem; } th, td { text-align: left; vertical-align: top; padding: .2rem .9rem .2rem 0; border-bottom: 1px solid var(--line); font-weight: normal; } thead th { color: var(--soft); }
.warnings { margin: .75rem 0 0; padding: .5rem .8rem .5rem 1.9rem; background: var(--warnbg); color: var(--warn); border-radius: .4rem; overflow-wrap: anywhere; }
.file { margin: .6rem 0 0; } .sign { display: none; }
@media (max-width: 40rem) { body { padding: 1rem; } article { padding: .75rem; } }
@media print {
:root { --ink: #000; --soft: #444; --page: #fff; --card: #fff; --line: #999; --warn: #000; --warnbg: #fff; --link: #000; }
@page { margin: 14mm; }
body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; } section { break-before: page; } section:first-child { break-before: auto; }
article, figure, .warnings, .sign { break-inside: avoid; } h2, h3 { break-after: avoid; } .text, .warnings { border: 1px solid var(--line); } a { text-decoration: none; }
.examples { grid-template-columns: repeat(3, 1fr); }
.sign { display: flex; gap: 2rem; margin-top: 1.5rem; } .sign span { flex: 1; border-top: 1px solid #000; padding-top: .2rem; }
}
`;
