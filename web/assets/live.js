// Keeps open pages as the server has them. Without it they are as they were loaded.
(() => {
  'use strict';

  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  if (!document.body.dataset.person || !('EventSource' in window)) return;

  // Keeps assets on the device, and lets the pages be installed as an app.
  if (window.isSecureContext) void navigator.serviceWorker?.register('/service-worker.js').catch(() => undefined);

  const atMostEveryMs = 2_000;
  const pollMs = 30_000;

  const list = one('[data-live-list]');
  const review = one('[data-review]');
  const mark = one('[data-changed-mark]');

  // Steps by which a review comes to somebody, or leaves them.
  const moving = new Set([
    'review.opened',
    'review.forwarded',
    'review.delegated',
    'review.escalated',
    'review.rerouted',
    'review.released',
    'review.resumed',
    'review.info_submitted',
    'decision.recorded',
    'review.closed',
  ]);

  const showCount = (waiting) => {
    const badge = one('[data-waiting]');
    if (!badge) return;
    badge.hidden = waiting === 0;
    one('[data-waiting-count]', badge).textContent = waiting > 99 ? '99+' : String(waiting);
  };

  const read = async (address, type) => {
    const answer = await fetch(address, { headers: { accept: type } });
    // Signed out meanwhile, or a fault: what stands here stays until it is loaded anew.
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer;
  };
  const readPage = async () =>
    new DOMParser().parseFromString(await (await read(location.href, 'text/html')).text(), 'text/html');

  const shown = (root) => document.dispatchEvent(new CustomEvent('countersign:shown', { detail: root }));

  const takeCount = (page) => {
    const badge = one('[data-waiting]', page);
    const ours = one('[data-waiting]');
    if (badge && ours) ours.replaceWith(document.adoptNode(badge));
  };

  // Rows by review: what is the same stays untouched, with its mark and its focus.
  const takeList = (page) => {
    const fresh = one('[data-live-list]', page);
    if (!fresh) return;
    const marked = new Set(all('[data-mark]:checked', list).map((box) => box.value));
    const focused = document.activeElement?.closest('[data-row]')?.dataset.row;
    const before = new Map(all('[data-row]', list).map((row) => [row.dataset.row, row.dataset.rowRevision]));
    list.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
    for (const row of all('[data-row]', list)) {
      const box = one('[data-mark]', row);
      // What changed is marked anew by whoever reads it anew.
      const isSame = before.get(row.dataset.row) === row.dataset.rowRevision;
      if (box && isSame && marked.has(row.dataset.row)) box.checked = true;
      if (!isSame) row.dataset.changed = '';
      if (row.dataset.row === focused) one('a', row)?.focus({ preventScroll: true });
    }
    setTimeout(() => all('[data-changed]', list).forEach((row) => delete row.dataset.changed), 2_500);
    shown(list);
  };

  // The decision stays as it is being written; what stands beside it is renewed.
  const takeReview = (page) => {
    const fresh = one('[data-review]', page);
    if (!fresh || fresh.dataset.revision === review.dataset.revision) return;
    review.dataset.revision = fresh.dataset.revision;
    for (const part of all('[data-live]', review)) {
      const newer = one(`[data-live="${part.dataset.live}"]`, fresh);
      if (newer) part.replaceChildren(...[...newer.childNodes].map((node) => document.adoptNode(node)));
    }
    shown(review);
    const couldDecide = one('#decision form [name="outcome"]', review) !== null;
    const canDecide = one('#decision form [name="outcome"]', fresh) !== null;
    const text = couldDecide && !canDecide ? 'This moved on elsewhere and takes no answer from here now. ' : 'This changed elsewhere a moment ago. '; // prettier-ignore
    const link = document.createElement('a');
    link.className = 'link';
    link.href = `${location.pathname}${location.search}`;
    link.textContent = 'Show it as it stands';
    mark?.replaceChildren(document.createTextNode(text), link);
    mark?.classList.remove('hidden');
  };

  let isWanted = false;
  let isBusy = false;
  let last = 0;
  const refresh = () => {
    isWanted = true;
    if (isBusy || document.hidden) return;
    isBusy = true;
    const wait = Math.max(150, last + atMostEveryMs - performance.now());
    setTimeout(async () => {
      isWanted = false;
      last = performance.now();
      try {
        if (list || review) {
          const page = await readPage();
          takeCount(page);
          if (list) takeList(page);
          if (review) takeReview(page);
        } else showCount((await (await read('/reviews/count', 'application/json')).json()).waiting);
      } catch {
        // The next event, or the next poll, tries again.
      }
      isBusy = false;
      if (isWanted) refresh();
    }, wait);
  };
  document.addEventListener('visibilitychange', () => !document.hidden && isWanted && refresh());

  const concernsUs = ({ type, reviewId, revision }) => {
    if (review) {
      if (reviewId === review.dataset.review) return revision === null || revision > Number(review.dataset.revision) || type === 'review.commented' || type === 'review.attached'; // prettier-ignore
      return moving.has(type);
    }
    if (list && all('[data-row]', list).some((row) => row.dataset.row === reviewId && Number(row.dataset.rowRevision) < revision)) return true; // prettier-ignore
    return moving.has(type);
  };

  let poll;
  const watch = () => {
    const events = new EventSource('/v1/events');
    document.documentElement.dataset.live = 'connecting';
    events.addEventListener('open', () => {
      clearInterval(poll);
      poll = undefined;
      document.documentElement.dataset.live = 'open';
    });
    events.addEventListener('reset', refresh);
    events.addEventListener('message', ({ data }) => concernsUs(JSON.parse(data)) && refresh());
    events.addEventListener('error', () => {
      document.documentElement.dataset.live = 'lost';
      // The browser comes back by itself unless it was sent away; until then we ask now and then.
      poll ??= setInterval(refresh, pollMs);
      if (events.readyState === EventSource.CLOSED) setTimeout(watch, pollMs);
    });
    window.addEventListener('pagehide', () => events.close(), { once: true });
  };
  watch();
  window.addEventListener('pageshow', (event) => event.persisted && (watch(), refresh()));
})();
