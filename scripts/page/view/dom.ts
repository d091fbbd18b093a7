/** What stands in an element. */
export type Child = Node | string | undefined | false;

interface Props {
  readonly [name: string]: string | boolean | number | undefined | ((event: never) => void);
}

/**
 * An element with attributes and children. `true` is an attribute without a value, `false` and
 * undefined none; a function listens to the event of that name.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    // A listener takes the event of its own name, which the names of attributes cannot say.
    if (typeof value === 'function') element.addEventListener(name, value as (event: Event) => void);
    else if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined && child !== false));
  return element;
}

/** Puts children in place of those that an element has. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...children.filter((child) => child !== undefined && child !== false));
}

/** A name that can break behind dots, slashes and colons. */
export function breaking(text: string): readonly Child[] {
  return text.split(/(?<=[./@:])/).flatMap((part) => [part, h('wbr')]);
}

/** Text that is a name in code. */
export function code(text: string, className = ''): HTMLElement {
  return h('code', { class: className === '' ? undefined : className }, ...breaking(text));
}

/** A table with a caption that is read and not seen. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Child[])[],
  className = '',
): HTMLElement {
  const body = rows.map((cells) =>
    h('tr', {}, ...cells.map((cell, i) => h('td', { 'data-head': heads[i] ?? '' }, cell))),
  );
  return h(
    'table',
    { class: `grid ${className}`.trim() },
    h('caption', { class: 'sr' }, caption),
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, ...body),
  );
}

/** A button that puts a text on the clipboard, and says so. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const button = h('button', { type: 'button', class: 'small' }, label);
  button.addEventListener('click', () => {
    void copy(text()).then((done) => {
      button.textContent = done ? 'Copied' : 'Select it and copy';
      setTimeout(() => (button.textContent = label), 1500);
    });
  });
  return button;
}

/** From a disk a browser may not let a page write to the clipboard. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { class: 'sr' }, text);
    document.body.append(area);
    area.select();
    // oxlint-disable-next-line typescript/no-deprecated -- the only way without a permission
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
