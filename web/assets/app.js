// What the pages can do better with a script. Everything here has a way without it.
(() => {
  'use strict';

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // Times in the viewer's own zone; UTC stays under the pointer.
  const formats = {
    moment: { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
    day: { weekday: 'short', day: 'numeric', month: 'short' },
    clock: { hour: '2-digit', minute: '2-digit' },
    'long-day': { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  };
  const localTime = (time) => {
    const options = formats[time.dataset.time];
    const date = new Date(time.dateTime);
    if (!options || Number.isNaN(date.getTime())) return;
    const parts = new Intl.DateTimeFormat('en-GB', { ...options, hourCycle: 'h23' }).formatToParts(date);
    const text = parts.map((part) => part.value).join('');
    time.textContent = text.replace(/^(\w+),/, '$1').replace(' at ', ', ');
  };
  all('time[data-time]').forEach(localTime);
  // What another script put on the page.
  document.addEventListener('countersign:shown', ({ detail }) => all('time[data-time]', detail).forEach(localTime));

  // Light, dark or as the system: at once, and remembered where the server reads it too.
  const themeForm = one('[data-theme-form]');
  themeForm?.addEventListener('submit', (event) => {
    const theme = event.submitter?.value;
    if (!theme) return;
    event.preventDefault();
    const isChosen = theme !== 'system';
    if (isChosen) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    document.cookie = `theme=${isChosen ? theme : ''}; Path=/; SameSite=Lax; Max-Age=${isChosen ? 31536000 : 0}${secure}`;
    all('button', themeForm).forEach((button) => button.setAttribute('aria-pressed', String(button.value === theme)));
  });

  // Menus close when one looks elsewhere.
  const menus = all('[data-menu]');
  document.addEventListener('click', (event) =>
    menus.forEach((menu) => menu.contains(event.target) || (menu.open = false)),
  );
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of menus.filter((candidate) => candidate.open)) {
      menu.open = false;
      menu.querySelector('summary').focus();
    }
  });

  // A text field that grows with what is written, where the browser does not do it by itself.
  if (!CSS.supports('field-sizing', 'content')) {
    for (const field of all('textarea')) {
      const grow = () => {
        field.rows = Math.min(14, Math.max(3, field.value.split('\n').length + Math.floor(field.value.length / 42)));
      };
      field.addEventListener('input', grow);
      grow();
    }
  }

  // What stands beside a review stays in view while all of it fits; a taller column scrolls with the page.
  const column = one('.review-aside > div');
  if (column) {
    const place = () => {
      const fits = Number.parseFloat(getComputedStyle(column).top) + column.offsetHeight <= innerHeight;
      if (fits === 'fits' in column.dataset) return;
      column.toggleAttribute('data-fits', fits);
      // What grew under somebody's hands does not leave with the rest.
      if (!fits && column.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: 'nearest' });
    };
    new ResizeObserver(place).observe(column);
    window.addEventListener('resize', place);
  }

  // A press counts once, however often it comes.
  for (const form of all('[data-decision-form], [data-once]')) {
    form.addEventListener('submit', (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = 'yes';
    });
    window.addEventListener('pageshow', () => delete form.dataset.sent);
  }

  // Questions of the policy that hang on another answer.
  for (const questions of all('[data-questions]')) {
    const valueOf = (name) => questions.querySelector(`[name="field.${name}"]`)?.value ?? '';
    const update = () => {
      for (const part of all('[data-asked-by]', questions)) {
        const earlier = valueOf(part.dataset.askedBy);
        const isShown = !questions.querySelector(`[name="field.${part.dataset.askedBy}"]`)?.closest('[hidden]');
        const { askedIf } = part.dataset;
        part.hidden = !isShown || (askedIf === undefined ? earlier.trim() === '' : earlier !== askedIf);
      }
    };
    questions.addEventListener('input', update);
    update();
  }

  // A page that was refused says so first.
  one('main [role="alert"]')?.focus();

  // Folds open on paper.
  const opened = [];
  window.addEventListener('beforeprint', () => {
    for (const fold of all('main details[data-print-open]:not([open])')) {
      fold.open = true;
      opened.push(fold);
    }
  });
  window.addEventListener('afterprint', () => opened.splice(0).forEach((fold) => (fold.open = false)));

  // The journal's verify button: asks once, counts up, ends in a sentence.
  const verify = one('form[data-verify]');
  const verdict = one('[data-verification]');
  verify?.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = verify.querySelector('button');
    if (button.getAttribute('aria-busy')) return;
    button.setAttribute('aria-busy', 'true');
    verdict.classList.remove('hidden');
    verdict.setAttribute('aria-live', 'off');
    verdict.textContent = 'Reading every entry …';
    try {
      const answer = await fetch('/journal/verify', { headers: { accept: 'application/json' } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { ok, entries, sentence } = await answer.json();
      await countUp(
        entries,
        (count) =>
          (verdict.textContent = `${count.toLocaleString('en-GB')} of ${entries.toLocaleString('en-GB')} entries hold`),
      );
      verdict.setAttribute('aria-live', 'polite');
      verdict.replaceChildren(mark(ok), document.createTextNode(sentence));
    } catch {
      verdict.textContent = 'The journal could not be read just now. Try again in a moment.';
    } finally {
      button.removeAttribute('aria-busy');
    }
  });

  function mark(ok) {
    const span = document.createElement('span');
    span.className = `me-2 font-semibold ${ok ? 'text-pass' : 'text-fail'}`;
    span.textContent = ok ? '✓' : '✕';
    return span;
  }

  function countUp(total, show) {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || total === 0) return Promise.resolve();
    const length = Math.min(900, 250 + total);
    return new Promise((resolve) => {
      const begin = performance.now();
      const step = (time) => {
        const share = Math.min(1, (time - begin) / length);
        show(Math.round(total * (1 - (1 - share) ** 2)));
        if (share < 1) requestAnimationFrame(step);
        else resolve();
      };
      requestAnimationFrame(step);
    });
  }

  // Pushes to this browser, where it can take them; the address that they go to is the browser's own.
  const pushes = one('[data-pushes]');
  if (pushes && window.isSecureContext && 'PushManager' in window && 'Notification' in window) void offerPushes();

  async function offerPushes() {
    const state = one('[data-pushes-state]');
    const press = one('[data-pushes-press]');
    const ask = async (method, body) => {
      const headers = { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) };
      const answer = await fetch('/v1/people/me/push', { method, headers, body: body && JSON.stringify(body) });
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.status === 204 ? undefined : answer.json();
    };
    const registration = async () => {
      await navigator.serviceWorker.register('/service-worker.js');
      return navigator.serviceWorker.ready;
    };
    const show = (isOn, words) => {
      press.dataset.on = isOn ? 'yes' : '';
      press.textContent = isOn ? 'Send no more pushes to this browser' : 'Send pushes to this browser';
      state.textContent = words ?? (isOn ? 'This browser gets pushes.' : 'This browser gets no pushes.');
    };
    const start = async () => {
      if ((await Notification.requestPermission()) !== 'granted')
        return show(false, 'The browser does not allow it. Its settings for this site change that.');
      const { pushManager } = await registration();
      const { publicKey } = await ask('GET');
      // One of another key, or of somebody who sat here before, takes nothing from us.
      await (await pushManager.getSubscription())?.unsubscribe();
      const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
      const { endpoint, keys } = subscription.toJSON();
      await ask('PUT', { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } });
      show(true);
    };
    const end = async () => {
      const subscription = await (await registration()).pushManager.getSubscription();
      if (subscription) {
        await ask('DELETE', { endpoint: subscription.endpoint });
        await subscription.unsubscribe();
      }
      show(false);
    };
    press.addEventListener('click', async () => {
      if (press.getAttribute('aria-busy')) return;
      press.setAttribute('aria-busy', 'true');
      const isOn = press.dataset.on === 'yes';
      await (isOn ? end() : start()).catch(() => show(isOn, 'That did not work just now. Try again in a moment.'));
      press.removeAttribute('aria-busy');
    });
    try {
      const standing = await (await registration()).pushManager.getSubscription();
      const { subscriptions } = await ask('GET');
      show(subscriptions.some(({ endpoint }) => endpoint === standing?.endpoint));
      pushes.hidden = false;
    } catch {
      // Without an answer there is nothing to offer.
    }
  }

  // Single keys. Whoever does not want them turns them off; speech input types letters too.
  const dialog = one('#shortcuts');
  const areOn = () => document.body.dataset.shortcuts !== 'off';
  const shortcutSwitch = one('[data-shortcuts-switch]');
  const showHints = () =>
    all('[data-shortcut-hint]').forEach((hint) => (hint.hidden = !areOn() || matchMedia('(pointer: coarse)').matches));
  if (shortcutSwitch) {
    shortcutSwitch.checked = areOn();
    shortcutSwitch.addEventListener('change', () => {
      const chosen = shortcutSwitch.checked ? 'on' : 'off';
      document.body.dataset.shortcuts = chosen;
      showHints();
      // Kept with the person, so that it holds on every device.
      void fetch('/settings/shortcuts', {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ shortcuts: chosen }).toString(),
        keepalive: true,
      });
    });
  }
  for (const button of all('[data-open-shortcuts]')) {
    button.hidden = false;
    button.addEventListener('click', () => {
      menus.forEach((menu) => (menu.open = false));
      dialog?.showModal();
    });
  }
  showHints();

  // Rows change while the page is open: they are looked up each time.
  const rowsNow = () => all('[data-row]').filter((row) => row.querySelector('a'));
  const linkOf = (row) => row.querySelector('h2 a, a');
  const selectedRow = () => one('[data-row][data-selected]');
  const selectRow = (row) => {
    all('[data-selected]').forEach((other) => other.removeAttribute('data-selected'));
    row?.setAttribute('data-selected', '');
  };
  const select = (index) => {
    const rows = rowsNow();
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    selectRow(row);
    linkOf(row).focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('focusin', ({ target }) => {
    const row = target instanceof Element ? target.closest('[data-row]') : null;
    if (row) selectRow(row);
  });

  // In the inbox an outcome's key answers the marked rows, or opens the selected one with that outcome chosen.
  const outcomes = { a: 'APPROVED', c: 'CHANGES_REQUESTED', r: 'REJECTED' };
  const answerRows = (key) => {
    if (one('[data-mark]:checked')) {
      one(`[data-batch-key="${key}"]`)?.click();
      one('[data-batch] [name="reason"]')?.focus();
      return true;
    }
    const row = selectedRow();
    if (!row || !one('[data-live-list]')) return false;
    location.assign(`${linkOf(row).getAttribute('href')}?outcome=${outcomes[key]}#decision`);
    return true;
  };

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !areOn()) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (
      target.closest('input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]') ||
      dialog?.open
    )
      return;
    const key = event.key.toLowerCase();
    if (key === '?') {
      dialog?.showModal();
      event.preventDefault();
      return;
    }
    const rows = rowsNow();
    if (rows.length > 0 && (key === 'j' || key === 'k')) {
      select(rows.indexOf(selectedRow()) + (key === 'j' ? 1 : -1));
      event.preventDefault();
      return;
    }
    if (key === 'x' && selectedRow()) {
      selectedRow().querySelector('[data-mark]')?.click();
      event.preventDefault();
      return;
    }
    if (key in outcomes && rows.length > 0 && answerRows(key)) {
      event.preventDefault();
      return;
    }
    const named = all('[data-key]').find((element) => element.dataset.key === key);
    if (!named) return;
    event.preventDefault();
    if (named.matches('input[type="search"], input[type="text"]')) named.focus();
    else {
      named.click();
      named.focus();
    }
  });
})();
