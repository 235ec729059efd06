import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TransitionsView } from '../../api/services/allowed-transitions.ts';
import { openApi, type Api, type PlantedReview } from '../support/api.ts';
import { sitAt } from '../support/review-table.ts';

let api: Api;
let table: ReturnType<typeof sitAt>;
beforeAll(async () => {
  api = await openApi();
  table = sitAt(api);
  await table.joins('vito', ['validator']);
});
afterAll(() => api.close());

const reason = 'A reason that is long enough to say something';
const calls: Record<string, { call: string; body?: object }> = {
  claim: { call: 'PUT assignment' },
  release: { call: 'DELETE assignment' },
  start: { call: 'POST start' },
  delegate: { call: 'POST delegation', body: { to: 'vito', reason } },
  forward: { call: 'POST forward', body: { to: 'vito', reason } },
  requestInfo: { call: 'POST info-requests', body: { question: 'Which rows were dropped?' } },
  suspend: { call: 'POST suspension', body: { reason } },
  resume: { call: 'DELETE suspension' },
  comment: { call: 'POST comments', body: { text: 'Seen' } },
  attach: { call: 'POST attachments', body: { name: 'a.txt', content: 'YQ==' } },
  remind: { call: 'POST reminders' },
  escalate: { call: 'POST escalation', body: { reason } },
  withdraw: { call: 'POST withdrawal', body: { reason } },
  override: { call: 'POST override', body: { outcome: 'REJECTED', reason } },
};

const states = {
  READY: "state = 'READY', assignee = NULL",
  RESERVED: "state = 'RESERVED', assignee = 'validator-1'",
  IN_PROGRESS: "state = 'IN_PROGRESS', assignee = 'validator-1'",
  SUSPENDED: `state = 'SUSPENDED', suspension = '{"by":"validator-1","at":"2026-11-21T10:00:00Z","reason":"rests","until":null,"questionId":null,"remainingMs":null}'`,
  EXPIRED: "state = 'EXPIRED', outcome = 'EXPIRED', closed_at = now(), closed_by = 'deadline'",
  COMPLETED: "state = 'COMPLETED', outcome = 'APPROVED', closed_at = now(), closed_by = 'validator-2'",
  CANCELED: "state = 'CANCELED', outcome = 'CANCELED', closed_at = now(), closed_by = 'intake'",
  OBSOLETE: "state = 'OBSOLETE', outcome = 'CANCELED', closed_at = now(), closed_by = 'intake'",
};
const people = ['validator-1', 'validator-2', 'data-scientist-1', 'compliance-1', 'auditor', 'admin'];

/** All of the row that a verb could move. */
async function rowOf(review: PlantedReview): Promise<unknown> {
  const { rows } = await api.database.pool.query(
    `SELECT r.state, r.outcome, r.revision, r.assignee, r.delegated_by, r.suspension, r.escalation_level, r.reminded_at, r.due_at,
       (SELECT json_agg(c ORDER BY c.handle) FROM review_candidates c WHERE c.review_id = r.id) AS candidates,
       (SELECT count(*) FROM review_comments c WHERE c.review_id = r.id) AS comments,
       (SELECT position FROM journal_heads h WHERE h.stream = r.model_version_id) AS position
     FROM reviews r WHERE r.id = $1`,
    [review.id],
  );
  return rows[0];
}

describe.each(Object.entries(states))('on a review that is %s', (_, set) => {
  it('each person can do what allowed-transitions promises, and nothing else, which changes nothing', async () => {
    const wrong: string[] = [];
    for (const [verb, { call, body }] of Object.entries(calls))
      for (const as of people) {
        const review = await api.plantReview();
        await table.rule(review, 'signOff,escalation', [{ after: 'P1D', to: { roles: ['compliance'], people: [] } }]);
        const glass = { roles: ['administrator'], postReview: { roles: ['compliance'], dueIn: 'P1D' } };
        await table.rule(review, 'rules,breakGlass', glass);
        await api.database.pool.query(`UPDATE reviews SET ${set} WHERE id = $1`, [review.id]);
        const { allowed } = await api.read<TransitionsView>(`/v1/reviews/${review.id}/allowed-transitions`, as);
        const before = await rowOf(review);
        const answer = await table.does(as, call, review, body);
        const after = await rowOf(review);
        const isDone = answer.status < 300;
        const isChanged = JSON.stringify(before) !== JSON.stringify(after);
        const isPromised = (allowed as string[]).includes(verb);
        // What is so already is answered as a repeat.
        if (isDone !== isPromised && (isChanged || !isDone))
          wrong.push(`${as} ${verb}: ${answer.status}, promised: ${isPromised}`);
        if (isDone && isPromised !== isChanged) wrong.push(`${as} ${verb}: ${answer.status} changed: ${isChanged}`);
        if (!isDone && (isChanged || answer.code === undefined || answer.status >= 500))
          wrong.push(`${as} ${verb}: ${answer.status} ${answer.code} changed: ${isChanged}`);
      }
    expect(wrong).toEqual([]);
  });
});
