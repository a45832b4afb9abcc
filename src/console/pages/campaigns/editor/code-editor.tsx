/** CodeMirror, in the colours of the console. Loaded with the first file that is opened. */
import { autocompletion } from "@codemirror/autocomplete";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import { useEffect, useRef } from "react";
import { completeText, completeYaml } from "./completion.ts";

/** `line` from 1; null: the whole file. */
export type EditorFault = { readonly line: number | null; readonly message: string };
/** Another object goes there again. */
export type Jump = { readonly line: number };

type Props = {
  /** The editor of another file is another component: give it as its key, too. */
  readonly file: string;
  readonly label: string;
  readonly text: string;
  readonly faults: readonly EditorFault[];
  readonly readOnly: boolean;
  readonly jump: Jump | null;
  readonly onChange: (text: string) => void;
};

export default function CodeEditor({ file, label, text, faults, readOnly, jump, onChange }: Props) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const first = useRef(text);
  first.current = text;
  useEffect(() => {
    if (parent.current === null) return;
    const made = new EditorView({
      parent: parent.current,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          basicSetup,
          EditorView.lineWrapping,
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          lintGutter(),
          syntaxHighlighting(COLOURS),
          THEME,
          ...(file.endsWith(".yaml")
            ? [yaml(), autocompletion({ icons: false, override: [completeYaml] })]
            : [VALUES, autocompletion({ icons: false, override: [completeText] })]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, [file, label, readOnly]);

  useEffect(() => {
    const { current } = view;
    if (current === null || current.state.doc.toString() === text) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: text } });
  }, [text]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new text moves the lines of the faults
  useEffect(() => {
    const { current } = view;
    if (current === null) return;
    const { doc } = current.state;
    const diagnostics = faults.map(({ line, message }) => {
      const { from, to } = doc.line(Math.min(Math.max(line ?? 1, 1), doc.lines));
      return { from, to, severity: "error" as const, message };
    });
    current.dispatch(setDiagnostics(current.state, diagnostics));
  }, [faults, file, label, readOnly]);

  useEffect(() => {
    const { current } = view;
    if (current === null || jump === null) return;
    const { from } = current.state.doc.line(Math.min(Math.max(jump.line, 1), current.state.doc.lines));
    current.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    current.focus();
  }, [jump]);

  return <div ref={parent} />;
}

const VALUE = new MatchDecorator({ regexp: /\{\{[^{}]*\}\}/g, decoration: Decoration.mark({ class: "cm-value" }) });
/** Marks `{{…}}`. */
const VALUES = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(made: EditorView) {
      this.decorations = VALUE.createDeco(made);
    }
    update(update: ViewUpdate) {
      this.decorations = VALUE.updateDeco(update, this.decorations);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

/** The library's variables change with light and dark. */
const of = (name: string) => `var(--mantine-color-${name})`;
const COLOURS = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: of("teal-text") },
  { tag: [tags.string, tags.content], color: of("text") },
  { tag: [tags.number, tags.bool, tags.keyword], color: of("blue-text") },
  { tag: [tags.comment, tags.meta], color: of("dimmed") },
]);
const THEME = EditorView.theme({
  "&": { color: of("text"), backgroundColor: of("body"), fontSize: "14px" },
  "&.cm-focused": { outline: `2px solid ${of("teal-text")}` },
  ".cm-content": { caretColor: of("text"), fontFamily: "var(--mantine-font-family-monospace)" },
  ".cm-scroller": { minHeight: "240px", maxHeight: "60vh", lineHeight: "1.5" },
  ".cm-gutters": { color: of("dimmed"), backgroundColor: of("body"), borderRight: `1px solid ${of("default-border")}` },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: of("default-hover") },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: of("teal-light-hover"),
  },
  ".cm-cursor": { borderLeftColor: of("text") },
  ".cm-value": { color: of("blue-text") },
  ".cm-tooltip": {
    color: of("text"),
    backgroundColor: of("body"),
    border: `1px solid ${of("default-border")}`,
    maxWidth: "min(480px, 90vw)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: of("white"), backgroundColor: of("teal-filled") },
});
