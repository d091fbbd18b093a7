import { h, fill } from './dom.ts';

/** An element of a list that can be looked through. */
export interface ListItem {
  readonly id: string;
  readonly label: Node;
  /** What the search looks at. */
  readonly text: string;
  readonly href: string;
}

/** More rows than a person scrolls through; the search finds the others. */
const MOST = 400;

/**
 * A list of links with a search above it: arrow keys go through it, `/` to the search (see keys.ts).
 *
 * @returns the element, and what marks the row that is open
 */
export function searchList(
  label: string,
  items: readonly ListItem[],
): { readonly element: HTMLElement; readonly mark: (id: string) => void } {
  const input = h('input', {
    type: 'search',
    class: 'search',
    placeholder: `Search ${label}`,
    'aria-label': `Search ${label}`,
    'aria-keyshortcuts': '/',
    input: () => show(),
  });
  const list = h('ul', { class: 'rows' });
  const status = h('p', { class: 'status', role: 'status' });
  let current = '';
  let links: readonly HTMLAnchorElement[] = [];

  function show(): void {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = items.filter(({ text }) => words.every((word) => text.toLowerCase().includes(word)));
    const shown = found.slice(0, MOST);
    links = shown.map(({ id, label: content, href }) =>
      h('a', { href, 'data-id': id }, content.cloneNode(true)),
    );
    fill(list, ...links.map((link) => h('li', {}, link)));
    const more = found.length > shown.length ? `, the first ${shown.length} shown` : '';
    status.textContent =
      words.length === 0 && more === ''
        ? `${items.length} ${label}`
        : `${found.length} of ${items.length}${more}`;
    mark(current);
  }

  function mark(id: string): void {
    current = id;
    for (const link of links) {
      const isCurrent = link.dataset['id'] === id;
      if (isCurrent) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
      link.tabIndex = isCurrent ? 0 : -1;
    }
    if (!links.some(({ tabIndex }) => tabIndex === 0) && links[0] !== undefined) links[0].tabIndex = 0;
  }

  /** The row that is open is seen, without moving the page. */
  function reveal(): void {
    const link = links.find((one) => one.dataset['id'] === current);
    if (link === undefined) return;
    const [own, around] = [link.getBoundingClientRect(), list.getBoundingClientRect()];
    if (own.top < around.top || own.bottom > around.bottom)
      list.scrollTop += own.top - around.top - (around.height - own.height) / 2;
  }

  function step(event: KeyboardEvent): void {
    const at = links.findIndex((link) => link === document.activeElement);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: links.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined || (event.target === input && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    if (to < 0) input.focus();
    else links[Math.min(to, links.length - 1)]?.focus();
  }

  const element = h('div', { class: 'list', keydown: step }, input, status, list);
  show();
  return {
    element,
    mark: (id) => {
      mark(id);
      reveal();
    },
  };
}
