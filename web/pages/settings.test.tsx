import { expect, it } from 'vitest';
import { createPreview } from '../fixtures/preview-app.ts';

it('an absence is shown with the days that were chosen, in every time zone of a browser', async () => {
  const { app } = createPreview();
  const headers = { cookie: 'who=compliance-1' };
  const kept = await app.request('/settings/absences', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ from: '2026-12-03', to: '2026-12-05', deputy: '' }).toString(),
  });
  expect(kept.status).toBe(303);
  const html = await (await app.request('/settings', { headers })).text();
  // Not as an instant, which the page's script would put into the browser's zone.
  expect(html).toMatch(/Thu 3 Dec to Sat 5 Dec/);
});
