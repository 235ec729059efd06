// What planning of notices reads and writes, within the transaction that follows the journal.
import type { PoolClient } from 'pg';
import type { NoticeChannel } from '../../domain/reach.ts';
import { followedBy, type Followed } from '../../domain/following.ts';
import { namesIn } from '../../domain/identity.ts';
import type { NoticeSubject } from '../../domain/notices.ts';
import type { Preferences } from '../../domain/preferences.ts';
import type { ReviewRules } from '../../domain/review-policy.ts';
import type { RiskTier } from '../../domain/submission.ts';
import { browserKeySql } from './push-subscriptions.ts';

export interface TellablePerson {
  handle: string;
  timeZone: string;
  slackUserId: string | null;
  hasMailbox: boolean;
  preferences: Preferences;
  /** Those that get pushes, by key. */
  browsers: string[];
}

export interface NoticeFacts {
  /** By stream and review, `subjectKey` of both. */
  subjects: Map<string, NoticeSubject & { notify: ReviewRules['notify'] }>;
  people: Map<string, TellablePerson>;
}

export const noticeKey = (stream: string, reviewId: string | null): string => `${stream} ${reviewId ?? ''}`;

const subjectsSql = `
SELECT asked.stream, asked.review_id, v.id, v.model, v.version, v.risk_tier, v.owner, v.author, s.accountable, coalesce(r.terms->'rules'->'notify', p.rules->'notify') AS notify,
  r.title, r.question, r.due_at, r.closed_at IS NULL AS is_open, r.assignee,
  ARRAY(SELECT handle FROM review_candidates c WHERE c.review_id = r.id AND c.is_waiting ORDER BY handle) AS waiting,
  (SELECT coalesce(json_agg(json_build_object('by', coalesce(w.name, d.handle), 'outcome', d.outcome, 'reason', d.reason) ORDER BY d.decided_at), '[]')
    FROM reviews x JOIN decisions d ON d.review_id = x.id LEFT JOIN people w ON w.handle = d.handle
    WHERE x.model_version_id = v.id AND x.closed_at IS NOT NULL AND d.outcome <> 'ABSTAINED' AND NOT coalesce(x.terms->'voided', '[]') @> jsonb_build_array(jsonb_build_object('handle', d.handle))
      AND CASE WHEN asked.review_id IS NULL THEN x.round = v.round AND x.outcome = d.outcome ELSE x.id = asked.review_id END) AS answers
FROM json_to_recordset($1) AS asked (stream text, review_id text) JOIN model_versions v ON v.id = asked.stream
LEFT JOIN reviews r ON r.id = asked.review_id LEFT JOIN people s ON s.handle = v.submitted_by
LEFT JOIN policies p ON p.id = v.policy_id AND p.version = v.policy_version`;

interface SubjectRow {
  stream: string;
  review_id: string | null;
  id: string;
  model: string;
  version: string;
  risk_tier: RiskTier;
  owner: string;
  author: string;
  accountable: string | null;
  notify: ReviewRules['notify'];
  title: string | null;
  question: string | null;
  due_at: Date | null;
  is_open: boolean;
  assignee: string | null;
  waiting: string[];
  answers: NoticeSubject['answers'];
}

interface PersonRow extends TellablePerson {
  name: string;
  names: string[];
  isAdministrator: boolean;
  /** What they follow, as far as it was asked for. */
  follows: Followed[];
}

// Software is told by webhooks. Names are matched as separation of duties matches them.
const peopleSql = `
SELECT p.handle, p.name, p.time_zone AS "timeZone", p.slack_user_id AS "slackUserId", p.preferences,
  NOT EXISTS (SELECT FROM bounced_addresses b WHERE b.address = lower(p.email)) AS "hasMailbox",
  ARRAY(SELECT lower(normalize(trim(name), NFKC)) FROM unnest(p.aliases || p.handle || p.email) name) AS names,
  ARRAY(SELECT ${browserKeySql('b')} FROM push_subscriptions b WHERE b.handle = p.handle ORDER BY b.created_at) AS browsers,
  'administrator' = ANY (p.roles) AS "isAdministrator",
  ARRAY(SELECT s.model FROM subscriptions s WHERE s.handle = p.handle AND s.model = ANY ($2)) AS follows
FROM people p
WHERE p.is_active AND p.type = 'user' AND (
  p.handle = ANY ($3) OR 'administrator' = ANY (p.roles) OR p.handle IN (SELECT handle FROM subscriptions WHERE model = ANY ($2))
  OR lower(normalize(p.handle, NFKC)) = ANY ($1) OR lower(normalize(p.email, NFKC)) = ANY ($1)
  OR EXISTS (SELECT FROM unnest(p.aliases) alias WHERE lower(normalize(trim(alias), NFKC)) = ANY ($1)))
ORDER BY p.handle`;

/** `named`: handles that entries name themselves. */
export async function readNoticeFacts(
  client: PoolClient,
  asked: readonly { stream: string; reviewId: string | null }[],
  named: readonly string[],
): Promise<NoticeFacts> {
  const { rows } = await client.query<SubjectRow>(subjectsSql, [
    JSON.stringify(asked.map(({ stream, reviewId }) => ({ stream, review_id: reviewId }))),
  ]);
  const names = rows.flatMap(({ owner, author, accountable }) => [owner, author, ...(accountable === null ? [] : [accountable])].flatMap(namesIn)); // prettier-ignore
  const followable = [...new Set(rows.flatMap(followedOf))];
  const handles = [...new Set([...named, ...rows.flatMap(({ waiting }) => waiting)])];
  const { rows: people } = await client.query<PersonRow>(peopleSql, [[...new Set(names)], followable, handles]);
  const called = new Map(people.map(({ handle, name }) => [handle, name]));
  const nameOf = (handle: string) => called.get(handle) ?? handle;
  const handlesOf = (texts: readonly string[]) => {
    const wanted = new Set(texts.flatMap(namesIn));
    return people.filter((person) => person.names.some((name) => wanted.has(name))).map(({ handle }) => handle);
  };
  return {
    people: new Map(people.map((person) => [person.handle, person])),
    subjects: new Map(
      rows.map((row) => [
        noticeKey(row.stream, row.review_id),
        {
          version: { id: row.id, model: row.model, version: row.version },
          review:
            row.review_id === null || row.title === null || row.question === null || row.due_at === null
              ? null
              : {
                  id: row.review_id,
                  title: row.title,
                  question: row.question,
                  dueAt: row.due_at.toISOString(),
                  isOpen: row.is_open,
                  waiting: row.assignee === null ? row.waiting : [row.assignee],
                },
          requesters: handlesOf([row.owner, row.author, ...(row.accountable === null ? [] : [row.accountable])]),
          subscribers: subscribersOf(row, people),
          administrators: people.filter(({ isAdministrator }) => isAdministrator).map(({ handle }) => handle),
          answers: row.answers,
          nameOf,
          notify: row.notify,
        },
      ]),
    ),
  };
}

const followedOf = ({ model, risk_tier: riskTier, owner }: SubjectRow): Followed[] =>
  followedBy({ model, riskTier, owner });

function subscribersOf(row: SubjectRow, people: readonly PersonRow[]): string[] {
  const followed = new Set(followedOf(row));
  return people.filter(({ follows }) => follows.some((one) => followed.has(one))).map(({ handle }) => handle);
}

export interface NoticeRow {
  id: string;
  key: string;
  handle: string;
  channel: NoticeChannel;
  kind: string;
  reviewId: string | null;
  modelVersionId: string | null;
  title: string;
  body: string;
  url: string;
  availableAt: Date;
}

const insertSql = `
INSERT INTO notices (id, key, handle, channel, kind, review_id, model_version_id, title, body, url, available_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

const valuesOf = (row: NoticeRow, at: Date): unknown[] => [row.id, row.key, row.handle, row.channel, row.kind, row.reviewId, row.modelVersionId, row.title, row.body, row.url, row.availableAt, at]; // prettier-ignore

/** False when it is there already. */
export async function insertNotice(client: PoolClient, row: NoticeRow, at: Date): Promise<boolean> {
  const { rowCount } = await client.query(`${insertSql} ON CONFLICT DO NOTHING`, valuesOf(row, at));
  return rowCount === 1;
}

/** Adds to the digest of this key, or begins it. False when that is on its way already. */
export async function addToDigest(client: PoolClient, row: NoticeRow, at: Date): Promise<boolean> {
  const { rowCount } = await client.query(
    `${insertSql} ON CONFLICT (key, channel) DO UPDATE SET body = notices.body || E'\\n\\n' || excluded.body WHERE notices.sent_at IS NULL AND notices.attempts = 0 AND length(notices.body) < 40000`,
    valuesOf(row, at),
  );
  return rowCount === 1;
}
