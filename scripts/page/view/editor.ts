import {
  autocompletion,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import { classHighlighter } from '@lezer/highlight';
import type { SchemaNode } from '../../chart/schema/node.ts';
import { aboutAt, spotAt, suggestions } from '../complete.ts';
import type { Fault } from '../trial.ts';
import { h } from './dom.ts';

/** An editor for values: it completes what the schema knows, and shows what is wrong. */
export interface ValuesEditor {
  readonly element: HTMLElement;
  text(): string;
  write(text: string): void;
  show(faults: readonly Fault[]): void;
  focus(): void;
}

/** @param changed called with every change, at once */
export function valuesEditor(text: string, schema: SchemaNode, changed: () => void): ValuesEditor {
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        indentUnit.of('  '),
        yaml(),
        syntaxHighlighting(classHighlighter),
        placeholder('Type values, for example:\nresources:\n  limits:\n    memory: 1Gi'),
        autocompletion({ override: [(context) => complete(context, schema)], icons: false }),
        hoverTooltip((own, at) => about(own, at, schema)),
        // Tab is not bound: it goes on to what comes next, as everywhere.
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'Values, as YAML' }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (docChanged) changed();
        }),
      ],
    }),
  });
  return {
    element: h('div', { class: 'editor' }, view.dom),
    text: () => view.state.doc.toString(),
    write: (own) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: own } }),
    show: (faults) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          faults.map((fault) => diagnostic(fault, view.state)),
        ),
      ),
    focus: () => view.focus(),
  };
}

function diagnostic({ line, message }: Fault, { doc }: EditorState): Diagnostic {
  const { from, to, text } = doc.line(Math.min(Math.max(1, line), doc.lines));
  const start = from + (/^\s*/.exec(text)?.[0].length ?? 0);
  return { from: Math.min(start, to), to, severity: 'error', message };
}

function complete({ state, pos, explicit }: CompletionContext, schema: SchemaNode): CompletionResult | null {
  const spot = spotAt(state.doc.sliceString(0, pos));
  if (!explicit && spot.word === '' && spot.key === undefined) return null;
  const options = suggestions(schema, spot).map(({ label, about: info, text }) => ({
    label,
    apply: text,
    ...(info !== '' && { info }),
  }));
  return options.length === 0 ? null : { from: pos - spot.word.length, options, validFor: /^[\w.-]*$/ };
}

/** What the schema says of the key under the pointer. */
function about({ state }: EditorView, at: number, schema: SchemaNode) {
  const line = state.doc.lineAt(at);
  const [whole = '', key] = /^(?:\s|- )*([^\s:#][^:#]*):/.exec(line.text) ?? [];
  if (key === undefined || at > line.from + whole.length) return null;
  const { above } = spotAt(state.doc.sliceString(0, line.from + whole.length));
  const node = aboutAt(schema, [...above, key]);
  if (node === undefined || node.description === '') return null;
  return {
    pos: line.from,
    end: line.from + whole.length,
    create: () => ({ dom: h('div', { class: 'hover' }, h('strong', {}, node.type), ' ', node.description) }),
  };
}
