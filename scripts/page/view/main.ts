import { changes } from './changes.ts';
import { PageChart, readData } from './chart.ts';
import { fill, h } from './dom.ts';
import { images } from './images.ts';
import { objects } from './objects.ts';
import { overview } from './overview.ts';
import { playground } from './playground.ts';
import { schema } from './schema.ts';
import { themeButton } from './theme.ts';
import { values } from './values.ts';
import { workloads } from './workloads.ts';

/** A view: made when it is first looked at. */
interface View {
  readonly element: HTMLElement;
  readonly open?: (id: string) => void;
}

const chart = new PageChart(readData());
const { name, version } = chart.data.recipe.chart;
/** What takes the focus when the next view is there; else its heading does. */
let landing: (() => void) | undefined;
let trying: ReturnType<typeof playground> | undefined;

const VIEWS: Readonly<
  Record<string, { readonly label: string; readonly printed?: true; readonly make: () => View }>
> = {
  overview: { label: 'Overview', printed: true, make: () => ({ element: overview(chart) }) },
  changes: { label: 'Changes', printed: true, make: () => ({ element: changes(chart) }) },
  objects: { label: 'Objects', make: () => objects(chart) },
  values: { label: 'Values', make: () => values(chart, tryOut) },
  images: { label: 'Images', printed: true, make: () => ({ element: images(chart) }) },
  workloads: { label: 'Workloads', printed: true, make: () => ({ element: workloads(chart) }) },
  schema: { label: 'Schema', make: () => ({ element: schema(chart) }) },
  playground: { label: 'Playground', make: () => (trying = playground(chart)) },
};

const links = Object.entries(VIEWS).map(([id, { label }]) => h('a', { href: `#/${id}` }, label));
const sections = new Map(
  Object.entries(VIEWS).map(([id, { printed }]) => [
    id,
    h('section', { id, class: printed === true ? 'view printed' : 'view', hidden: true }),
  ]),
);
const made = new Map<string, View>();
const main = h('main', { id: 'main', tabindex: -1 }, ...sections.values());

function view(id: string): View | undefined {
  const spec = VIEWS[id];
  const known = made.get(id);
  if (known !== undefined || spec === undefined) return known;
  const own = spec.make();
  made.set(id, own);
  fill(sections.get(id) ?? main, own.element);
  return own;
}

function route(isFirst: boolean): void {
  const [, wanted = '', id = ''] = /^#\/([^/]*)\/?(.*)$/.exec(decoded(location.hash)) ?? [];
  const current = Object.hasOwn(VIEWS, wanted) ? wanted : 'overview';
  for (const [key, section] of sections) section.hidden = key !== current;
  links.forEach((link, i) => {
    if (Object.keys(VIEWS)[i] === current) {
      link.setAttribute('aria-current', 'page');
      link.scrollIntoView({ block: 'nearest', inline: 'center' });
    } else link.removeAttribute('aria-current');
  });
  const own = view(current);
  own?.open?.(id);
  document.title = `${VIEWS[current]?.label ?? ''} – ${name} ${version}`;
  if (id !== '') showDetail(sections.get(current)?.querySelector('.detail'));
  if (isFirst || id !== '') return;
  scrollTo(0, 0);
  const heading = sections.get(current)?.querySelector('h1');
  if (landing === undefined) heading?.focus({ preventScroll: true });
  else landing();
  landing = undefined;
}

/** Brings the detail of a list's row to where it is seen, if it is not. */
function showDetail(detail: Element | null | undefined): void {
  const top = detail?.getBoundingClientRect().top ?? 0;
  if (top < 0 || top > innerHeight * 0.7) detail?.scrollIntoView();
}

/** A place as somebody may have written it by hand. */
function decoded(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}

function tryOut(path: string): void {
  view('playground');
  trying?.add(path);
  landing = trying?.focus;
  location.hash = '#/playground';
}

/** `/` goes to the search of the view, or of the values. */
function keys(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const isTyping = target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const own = [...sections].find(([, section]) => !section.hidden)?.[0] ?? '';
  if (searchOf(own) !== null) searchOf(own)?.focus();
  else {
    landing = () => searchOf('values')?.focus();
    location.hash = '#/values';
  }
}

function searchOf(id: string): HTMLInputElement | null {
  return sections.get(id)?.querySelector<HTMLInputElement>('input.search') ?? null;
}

function skip(event: Event): void {
  event.preventDefault();
  main.focus();
}

document.body.append(
  h('a', { class: 'skip', href: '#main', click: skip }, 'Skip to the content'),
  h(
    'header',
    { class: 'top' },
    h('p', { class: 'brand' }, h('strong', {}, name), ` ${version}`),
    h('nav', { 'aria-label': 'Views' }, h('ul', {}, ...links.map((link) => h('li', {}, link)))),
    themeButton(),
  ),
  main,
  h(
    'footer',
    {},
    `${chart.data.review.after} against ${chart.data.review.before}. Rendered for release ${chart.data.release.name} in ${chart.data.release.namespace}.`,
  ),
);
addEventListener('hashchange', () => route(false));
addEventListener('keydown', keys);
addEventListener('beforeprint', () => {
  for (const [id, { printed }] of Object.entries(VIEWS)) if (printed === true) view(id);
});
route(true);
