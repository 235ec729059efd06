import { describe, expect, it } from 'vitest';
import { createPreview } from '../fixtures/preview-app.ts';
import { readWords } from '../fixtures/read-words.ts';
import { longModelName } from '../fixtures/house.ts';
import { addProcess } from '../fixtures/plant.ts';

type Options = Parameters<typeof createPreview>[0];

async function read(path: string, who = 'compliance-1', options: Options = {}) {
  const response = await createPreview(options).app.request(path, { headers: { cookie: `who=${who}` } });
  const html = await response.text();
  return { response, html, words: readWords(html) };
}

const post = (path: string, fields: Record<string, string>, options: Options = {}) =>
  createPreview(options).app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });

describe('the inbox', () => {
  it('shows what waits for me, most pressing first, with due, progress and who asked', async () => {
    const page = await read('/reviews');
    expect(page.words).toMatch(
      /Two people disagree on version 12.*overdue by 1 hour.*1 of 2, waiting for compliance officer.*6 hours left.*May version 2 replace.*0 of 2.*2 days left.*asked by Sofia Rossi/,
    );
    expect(page.words).toContain('3 wait for you');
  });

  it('shows whoever is asked something what it is, though nothing waits for their decision', async () => {
    const { words } = await read('/reviews', 'data-scientist-1');
    expect(words).toMatch(/1 question waits for your answer.*Which rows were left out\?.*asks before deciding on pricing-uplift, version 4/); // prettier-ignore
    expect(words).not.toContain('Nothing waits for you');
  });

  it('keeps what is done, with how it ended', async () => {
    const page = await read('/reviews?view=done');
    for (const end of ['Expired', 'Withdrawn', 'Replaced by new evidence', 'People disagreed', 'Approved'])
      expect(page.words).toContain(end);
  });

  it('says what would appear where nothing is', async () => {
    const page = await read('/reviews', 'compliance-1', { scenario: 'empty' });
    expect(page.words).toContain('Nothing waits for you');
    expect(page.words).not.toMatch(/hooks|npm/);
  });

  it('tells whoever sets it up how versions come in, and of the example in the demo only', async () => {
    const words = async (demo: boolean) => (await read('/reviews', 'admin', { scenario: 'empty', demo })).words;
    expect(await words(true)).toMatch(/POST \/v1\/hooks\/generic ?; npm run example/);
    expect(await words(false)).toContain('/v1/hooks/generic');
    expect(await words(false)).not.toContain('npm run example');
  });

  it('offers a way back from filters that find nothing', async () => {
    const page = await read('/reviews?model=nothing-like-it');
    expect(page.words).toContain('Nothing matches these filters Show all of for me');
  });

  it('pages through more than fits, keeping the filters', async () => {
    const page = await read('/reviews?state=READY', 'compliance-1', { scenario: 'overfull' });
    expect(page.html).toContain('href="/reviews?view=me&amp;state=READY&amp;cursor=50"');
    expect(page.words).not.toContain('First page');
    expect((await read('/reviews?cursor=50', 'compliance-1', { scenario: 'overfull' })).words).toContain('First page');
  });

  it('sends who is not signed in to sign in', async () => {
    for (const path of [
      '/',
      '/reviews',
      '/models',
      '/journal',
      '/policies',
      '/policies/high/versions/2',
      '/models/a',
      '/models/a/versions/1',
      '/journal/verify',
    ]) {
      const { response } = await read(path, 'nobody');
      expect([path, response.status, response.headers.get('location')]).toEqual([
        path,
        303,
        `/sign-in?next=${encodeURIComponent(path)}`,
      ]);
    }
  });
});

describe('signing in', () => {
  it('offers the people of the demo by what they do, with a banner', async () => {
    const page = await read('/sign-in', 'nobody');
    expect(page.words).toContain('Demo:');
    expect(page.words).toMatch(
      /Check a version’s evidence.*Vera Lindqvist Validator.*Answer for the rules.*Carla Mendes Compliance officer/,
    );
  });

  it('asks for a token, and shows nobody, outside of the demo', async () => {
    const page = await read('/sign-in', 'nobody', { demo: false });
    expect(page.words).toContain('Access token');
    expect(page.words).not.toContain('Vera Lindqvist');
    expect(page.words).not.toContain('Demo:');
  });

  it('does not let a press in outside of the demo', async () => {
    const response = await post('/sign-in', { handle: 'admin' }, { demo: false });
    expect(response.status).toBe(422);
    expect(response.headers.get('set-cookie')).toBeNull();
  });

  it('goes on to where one was headed', async () => {
    const response = await post('/sign-in', { handle: 'compliance-1', next: '/reviews/rev_2' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/reviews/rev_2']);
    expect(response.headers.get('set-cookie')).toContain('who=compliance-1');
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/\t/evil.example'])(
    'never leaves this site (%s)',
    async (next) => {
      expect((await post('/sign-in', { handle: 'compliance-1', next })).headers.get('location')).toBe('/reviews');
      expect((await post('/theme', { theme: 'dark', next })).headers.get('location')).toBe('/reviews');
    },
  );

  it('says that a token is unknown', async () => {
    const response = await post('/sign-in', { token: 'cst_wrong' });
    expect(response.status).toBe(401);
    expect(readWords(await response.text())).toContain('This token is not known');
  });
});

describe('a version', () => {
  it('tells what is done, what waits on whom and since when', async () => {
    const page = await read('/models/mortgage-denial/versions/2');
    expect(page.words).toMatch(/Submitted, done.*Validation, done.*Approval, under way since.*Warm-up, to come/);
    expect(page.words).toMatch(/Compliance 0 of 2, waiting for compliance officer, since .* 2 days left/);
  });

  it('that was refused says by which rule, value and limit', async () => {
    const page = await read('/models/mortgage-denial/versions/4');
    expect(page.words).toContain('Validation, ended here');
    expect(page.words).toContain('Rejected. Ranks well enough: AUC 0.483 is below the limit of 0.600');
    expect(page.words).toContain('AUC 0.483 · limit ≥ 0.6');
  });

  it('names every file that the evidence stands on', async () => {
    const page = await read('/models/mortgage-denial/versions/2');
    expect(page.words).toContain('file:///examples/mortgage/v2-validation.parquet');
  });

  it('keeps software’s reading out of its timeline and the maker’s refused attempt in it', async () => {
    const page = await read('/models/mortgage-denial/versions/2');
    expect(page.words).toContain(
      'Sofia Rossi tried to answer the compliance review and was refused: it is their own work',
    );
    expect(page.words).not.toContain('read the model card');
  });

  it('that somebody let through in an emergency says who, where a sign-off would stand, and that others look at it', async () => {
    const { app, house } = createPreview();
    const process = house.processes.get('proc_v_2')!;
    const after = { ...house.reviews.get('rev_2')!, id: 'rev_after', kind: 'after_the_fact' as const, title: 'Validation: after the fact' }; // prettier-ignore
    house.reviews.set(after.id, after);
    const override = { by: 'admin', reason: 'Storm', outcome: 'APPROVED', at: process.startedAt, afterTheFact: 'OPEN', review: after.id } as const; // prettier-ignore
    house.processes.set(process.id, { ...process, signOffs: process.signOffs.map((signOff) => ({ ...signOff, override })) }); // prettier-ignore
    const version = house.versions.get('mver_2')!;
    addProcess(house, version, { id: 'proc_f_2', kind: 'follow_up', signOffs: [], reviews: [after.id] });
    const response = await app.request('/models/mortgage-denial/versions/2', { headers: { cookie: 'who=compliance-1' } }); // prettier-ignore
    const page = { words: readWords(await response.text()) };
    expect(page.words).toMatch(/Let through in an emergency.*Validation, done Validated in an emergency/);
    expect(page.words).toContain('Validation: after the fact 0 of 2');
    expect(page.words).toMatch(/Approved in an emergency by .*; looked at after the fact: open/);
  });

  it('that is approved on a condition says so, with what, who and by when', async () => {
    const { app, house } = createPreview();
    const version = house.versions.get('mver_1')!;
    const condition = { id: 'cond_1', reviewId: 'rev_2', decisionId: 'dec_1', text: 'Write the monitoring plan', owner: version.owner, dueAt: '2026-12-02T23:59:59Z', expiresAt: '2026-12-02T23:59:59Z', state: 'OPEN', closedBy: null, closedReason: null, closedAt: null } as const; // prettier-ignore
    house.versions.set(version.id, { ...version, stage: 'approved', conditions: [condition] });
    const path = `/models/${version.model}/versions/${version.version}`;
    const html = await (await app.request(path, { headers: { cookie: 'who=compliance-1' } })).text();
    const words = readWords(html);
    expect(words).toContain('Approved, on 1 condition');
    expect(words).toMatch(/Conditions of the approval Write the monitoring plan .* sees to it, due .* days left/);
    // The day that was chosen: no instant that the page's script would put into the browser's zone.
    expect(html).toContain('sees to it, due Wed 2 Dec ·');
  });

  it('that is not there is a page that says what to do', async () => {
    const { response, words: said } = await read('/models/mortgage-denial/versions/99');
    expect(response.status).toBe(404);
    expect(said).toContain('ask them who may see it');
  });
});

describe('models', () => {
  it('are listed with where their latest version stands', async () => {
    expect((await read('/models')).words).toMatch(
      /mortgage-denial 4 versions, latest 4 Rejected High risk Sofia Rossi/,
    );
  });
  it('list their versions', async () => {
    expect((await read('/models/mortgage-denial')).words).toMatch(
      /Version 4 Rejected.*Version 3 In validation.*Version 2 In approval.*Version 1 Approved/,
    );
  });
  it('may have names of any length', async () => {
    expect((await read(`/models/${longModelName}`, 'auditor', { scenario: 'overfull' })).response.status).toBe(200);
  });
});

describe('the journal', () => {
  it('reads as a diary of who did what and why', async () => {
    const page = await read('/journal', 'auditor');
    expect(page.words).toContain('Vera Lindqvist approved in the validation review');
    expect(page.words).toContain('“Holds on held-out data;');
    expect(page.words).toContain('Countersign, validation ended validation: rejected. The version is now rejected.');
    expect(page.words).toContain('Amir Haddad published policy high version 2');
  });

  it('answers the verify button in a sentence, also without a script', async () => {
    expect((await read('/journal?verify=1', 'auditor')).words).toContain(
      'All 19 entries in 3 chains are as they were written; none is missing.',
    );
    const { response, html } = await read('/journal/verify', 'auditor');
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(JSON.parse(html)).toMatchObject({ ok: true, entries: 19 });
  });

  it('exports what it shows', async () => {
    expect((await read('/journal?stream=mver_2', 'auditor')).html).toContain('href="/v1/journal/export?stream=mver_2"');
  });

  it('shows only what the filters ask for', async () => {
    const page = await read('/journal?type=decision.recorded', 'auditor');
    expect(page.words).toContain('approved in the validation review');
    expect(page.words).not.toContain('asked for the compliance sign-off');
  });
});

describe('a policy', () => {
  it('says in words what it checks, who must agree and by when', async () => {
    const page = await read('/policies/high/versions/2');
    expect(page.words).toContain('Ranks well enough Major ROC AUC on validation data is at least 0.6.');
    expect(page.words).toContain('ROC AUC on validation data is higher than the champion’s by at least 0.01.');
    expect(page.words).toContain(
      'Two compliance officers, within 3 days. When people disagree, two people (compliance officer or domain expert) settle it within 2 days.',
    );
    expect(page.words).toContain('always, at least 12 letters or digits, unlike the last 3');
  });
  it('says which qualification a sign-off asks for', async () => {
    expect((await read('/policies/high/versions/3')).words).toContain('One validator qualified for model risk, within');
  });
  it('keeps its source at hand', async () => {
    expect((await read('/policies/high/versions/2')).words).toContain(
      '# What a high-risk model must show, and who must agree.',
    );
  });
  it.each(['0', '-1', 'latest', '9'])('has no version %s', async (version) => {
    expect((await read(`/policies/high/versions/${version}`)).response.status).toBe(404);
  });
});

describe('every page', () => {
  it('runs nothing but our own script and holds no style of its own', async () => {
    for (const path of [
      '/reviews',
      '/reviews/rev_2',
      '/models/mortgage-denial/versions/2',
      '/journal',
      '/policies/high/versions/2',
      '/sign-in',
    ]) {
      const { html, response } = await read(path);
      expect(html).not.toMatch(/ style="| on[a-z]+="|<style|<script(?! src="\/assets\/)/);
      expect(response.status === 303 || response.headers.get('cache-control') === 'private, no-store').toBe(true);
    }
  });

  it('escapes what people wrote', async () => {
    const site = createPreview();
    const review = site.house.reviews.get('rev_2');
    if (!review) throw new Error('The fixtures lack a review');
    review.question = '<img src=x onerror=alert(1)>';
    const response = await site.app.request('/reviews', { headers: { cookie: 'who=compliance-1' } });
    expect(await response.text()).not.toContain('<img');
  });

  it('stands alone when something broke, says nothing of the cause and gives its number', async () => {
    const site = createPreview();
    site.house.services.listModels = () => Promise.reject(new TypeError('secret detail'));
    const response = await site.app.request('/models', { headers: { cookie: 'who=auditor' } });
    const said = readWords(await response.text());
    expect(response.status).toBe(500);
    expect(said).toContain('it is our fault');
    expect(said).toContain('req_preview');
    expect(said).not.toContain('secret detail');
  });

  it('comes in the colours that were chosen', async () => {
    const response = await createPreview().app.request('/reviews', { headers: { cookie: 'who=auditor; theme=dark' } });
    expect(await response.text()).toContain('<html lang="en" data-theme="dark">');
    expect((await post('/theme', { theme: 'system', next: '/models' })).headers.get('set-cookie')).toContain(
      'Max-Age=0',
    );
  });
});
