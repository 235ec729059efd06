import { randomBytes } from 'node:crypto';
import { createSlackInbox } from '../../api/services/slack-inbox.ts';
import { connectDatabase } from '../../db/client.ts';
import { team } from '../../demo/slack/settings.ts';
import { uniqueName } from '../support/build.ts';
import { cloneDatabase } from '../support/ground.ts';
import { createPlainApp, giveTokens } from '../support/plain-app.ts';
import { seed } from '../support/seed.ts';
import { formOf, reasonIn, signingSecret, slackHeaders, slackUserOf, submissionPayload } from '../support/slack-requests.ts'; // prettier-ignore
import { intakeDepsOf } from './crowd.ts';
import { formTokenIn, mailPolicies, plantMailReviews, pressFields, type MailReviewOnDesk } from './mail-desk.ts';
import { referenceTo } from './slack-counter.ts';
import { newCount, type Suite } from './suite.ts';

const AT_ONCE = 8;
const BATCH = 200;
const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };

/** What one channel said to a press: that it counted, or who had decided before. */
interface Said {
  counted: boolean;
  namesTheWinner: boolean;
}

export const threeChannels: Suite = {
  name: 'three-channels',
  does: 'three people press opposite answers on one review at once: a modal in Slack, a mail, the API (F-22)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const reviews = isShort ? 200 : 10_000;
    const store = await cloneDatabase(ground.postgres);
    const database = connectDatabase({ url: store.databaseUrl, max: 12 });
    await seed(database, mailPolicies);
    const { pool } = database;
    const tokenOf = await giveTokens(database);
    const deps = { ...intakeDepsOf(database), cursorKey: randomBytes(32) };
    const slack = createSlackInbox(
      deps,
      { token: 'xoxb-test', apiUrl: 'http://127.0.0.1:9/', signingSecret, teamId: team.id },
      () => undefined,
    );
    const app = createPlainApp(database, { slack });

    const bySlack = async ({ id, evidenceDigest }: MailReviewOnDesk): Promise<Said> => {
      const metadata = { seen: referenceTo(id, evidenceDigest), outcome: 'APPROVED' };
      const view = { type: 'modal', callback_id: 'decision', title: { type: 'plain_text', text: 'x' }, blocks: [] };
      const who = { userId: slackUserOf('validator-1'), teamId: team.id };
      const reason = reasonIn(`Sound as far as I see, ${uniqueName('note')}`);
      const raw = formOf(submissionPayload(who, { id: uniqueName('V'), ...view }, reason, JSON.stringify(metadata)));
      const headers = slackHeaders(raw, new Date());
      const post = () => app.request('/slack/events', { method: 'POST', body: new Uint8Array(raw), headers });
      let answer = await post();
      // Slack sends again what was not answered in time.
      for (let again = 0; answer.status >= 500 && again < 3; again++) answer = await post();
      const said = await answer.text();
      return { counted: said === '', namesTheWinner: /Victor Lindqvist|Dolores Ruiz/.test(said) };
    };
    const byMail = async (review: MailReviewOnDesk, link: string, formToken: string): Promise<Said> => {
      const fields = { ...pressFields(review, link, formToken), outcome: 'REJECTED' };
      const path = link.split('?')[0]!;
      const answer = await app.request(path, { method: 'POST', headers: form, body: String(new URLSearchParams(fields)) }); // prettier-ignore
      const page = await answer.text();
      // Who has only the link is told that it no longer decides, and reads the rest on the page behind their sign-in.
      return { counted: answer.status === 200, namesTheWinner: [409, 410].includes(answer.status) && page.length > 0 };
    };
    const byApi = async ({ id, evidenceDigest }: MailReviewOnDesk): Promise<Said> => {
      const reason = `The gap is not explained, ${uniqueName('note')}`;
      const answer = await app.request(`/v1/reviews/${id}/decisions`, {
        method: 'POST',
        headers: { 'authorization': `Bearer ${tokenOf('domain-expert')}`, 'content-type': 'application/json', 'idempotency-key': id }, // prettier-ignore
        body: JSON.stringify({ outcome: 'CHANGES_REQUESTED', reason, revision: 1, evidenceDigest }),
      });
      const said = (await answer.json()) as { code?: string; decision?: { by: string; at: string } };
      if (answer.status >= 500) count.undetected.push(`the API answered ${answer.status}`);
      return { counted: answer.status === 201, namesTheWinner: said.code === 'ALREADY_DECIDED' && said.decision !== undefined }; // prettier-ignore
    };

    const wins = { slack: 0, mail: 0, api: 0 };
    for (let from = 0; from < reviews; from += BATCH) {
      const planted = await plantMailReviews(database, Math.min(BATCH, reviews - from), `three${from}x`);
      await pool.query(
        `INSERT INTO review_candidates (handle, review_id, role, due_at, is_waiting) SELECT 'domain-expert', id, 'domain_expert', due_at, true FROM reviews WHERE id = ANY($1)`,
        [planted.map(({ id }) => id)],
      );
      const decide = async (review: MailReviewOnDesk) => {
        const link = await review.linkFor('validator-2');
        const formToken = formTokenIn(await (await app.request(link)).text()) ?? 'none';
        const [slackSaid, mailSaid, apiSaid] = await Promise.all([bySlack(review), byMail(review, link, formToken), byApi(review)]); // prettier-ignore
        count.injected += 3;
        const all = { slack: slackSaid, mail: mailSaid, api: apiSaid };
        const winners = Object.entries(all).filter(([, said]) => said.counted);
        if (winners.length > 1)
          count.doubled.push(`${review.id} was decided by ${winners.map(([name]) => name).join()}`);
        if (winners.length === 0) count.lost.push(`${review.id} was decided by nobody`);
        for (const [name] of winners) wins[name as keyof typeof wins]++;
        for (const [name, said] of Object.entries(all))
          if (!said.counted && !said.namesTheWinner)
            count.undetected.push(`${review.id}: ${name} lost and was not told`);
      };
      const left = [...planted];
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (let next = left.pop(); next; next = left.pop()) await decide(next);
        }),
      );
    }
    const { rows } = await pool.query<{ decisions: string; recorded: string; refused: string }>(
      `SELECT (SELECT count(*) FROM decisions) AS decisions, count(*) FILTER (WHERE type = 'decision.recorded') AS recorded, count(*) FILTER (WHERE type = 'decision.refused') AS refused FROM journal.entries`,
    );
    const { decisions, recorded, refused } = rows[0]!;
    if (Number(decisions) !== reviews) count.doubled.push(`${reviews} reviews, ${decisions} decisions`);
    if (Number(recorded) + Number(refused) !== count.injected)
      count.lost.push(`${count.injected} presses, ${recorded} recorded and ${refused} refused in the journal`);
    say(`${reviews} reviews; first were Slack ${wins.slack}, mail ${wins.mail}, API ${wins.api}; ${refused} presses refused and journaled`); // prettier-ignore
    await database.close();
    await store.drop();
    return count;
  },
};
