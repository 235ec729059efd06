// Keeps open pages as the server has them. Without it they are as they were loaded.
(() => {
  'use strict';

  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  if (!document.body.dataset.person || !('EventSource' in window)) return;

  // Keeps assets on the device, and lets the pages be installed as an app.
  if (window.isSecureContext) void navigator.serviceWorker?.register('/service-worker.js').catch(() => undefined);

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
  // Of a review only what moves: to load its page anew would say that its evidence was read again.
  const readPage = async () => {
    const address = review ? `/reviews/${encodeURIComponent(review.dataset.review)}/live` : location.href;
    return new DOMParser().parseFromString(await (await read(address, 'text/html')).text(), 'text/html');
  };

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
    if (!fresh) return;
    const isMoved = fresh.dataset.revision !== review.dataset.revision;
    review.dataset.revision = fresh.dataset.revision;
    // A form that is unfolded is about to be.
    const isBeingWritten = (part) =>
      all('textarea, input', part).some((field) => field.value !== field.defaultValue) ||
      one('details[open] form', part) !== null;
    for (const part of all('[data-live]', review)) {
      if (isBeingWritten(part)) continue;
      const newer = one(`[data-live="${part.dataset.live}"]`, fresh);
      if (newer) part.replaceChildren(...[...newer.childNodes].map((node) => document.adoptNode(node)));
    }
    shown(review);
    if (!isMoved) return;
    const couldDecide = one('#decision form [name="outcome"]', review) !== null;
    const canDecide = fresh.dataset.decidable !== undefined;
    const text = couldDecide && !canDecide ? 'This moved on elsewhere and takes no answer from here now. ' : 'This changed elsewhere a moment ago. '; // prettier-ignore
    const link = document.createElement('a');
    link.className = 'link';
    link.href = `${location.pathname}${location.search}`;
    link.textContent = 'Show it as it stands';
    mark?.replaceChildren(document.createTextNode(text), link);
    mark?.classList.remove('hidden');
  };

  /** Runs `work` soon, once for all that was wanted meanwhile, at most so often, and not while nobody looks. */
  const gathered = (everyMs, soonMs, work) => {
    let isWanted = false;
    let isBusy = false;
    let last = -everyMs;
    const want = () => {
      isWanted = true;
      if (isBusy || document.hidden) return;
      isBusy = true;
      setTimeout(
        async () => {
          isWanted = false;
          last = performance.now();
          try {
            await work();
          } catch {
            // The next event, or the next poll, tries again.
          }
          isBusy = false;
          if (isWanted) want();
        },
        Math.max(soonMs(), last + everyMs - performance.now()),
      );
    };
    document.addEventListener('visibilitychange', () => !document.hidden && isWanted && want());
    return want;
  };

  const refresh = gathered(
    2_000,
    () => 150,
    async () => {
      if (!list && !review) {
        showCount(await readCount());
        return;
      }
      const page = await readPage();
      takeCount(page);
      if (list) takeList(page);
      if (review) takeReview(page);
    },
  );

  const readCount = async () => (await (await read('/reviews/count', 'application/json')).json()).waiting;
  const shownCount = () => one('[data-waiting-count]')?.textContent ?? '';
  const isForMe = () => (new URLSearchParams(location.search).get('view') ?? 'me') === 'me';

  // A step on a review that does not stand here: all open pages hear of it at once, so each asks at a moment of its own, and first for the number alone.
  const lookAround = gathered(
    4_000,
    () => 150 + Math.random() * 1_000,
    async () => {
      const before = shownCount();
      showCount(await readCount());
      if (list && isForMe() && shownCount() !== before) refresh();
    },
  );
  const lookLater = gathered(15_000, () => 2_000 + Math.random() * 6_000, refresh);

  const hear = ({ type, reviewId, revision }) => {
    const isNewer = (shown) => revision === null || revision > Number(shown);
    const row = list && all('[data-row]', list).find((candidate) => candidate.dataset.row === reviewId);
    const isOpenHere = review?.dataset.review === reviewId && (isNewer(review.dataset.revision) || type === 'review.commented' || type === 'review.attached'); // prettier-ignore
    if (isOpenHere || (row && isNewer(row.dataset.rowRevision))) refresh();
    else if (moving.has(type)) {
      lookAround();
      if (list && !isForMe()) lookLater();
    }
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
    events.addEventListener('message', ({ data }) => hear(JSON.parse(data)));
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
