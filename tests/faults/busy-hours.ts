// Sixteen clients who submit and decide while things break. Whoever gets no answer asks again under the same key, as ours and every good client does.
import { setTimeout as delay } from 'node:timers/promises';
import { Refused } from '../../domain/errors.ts';
import { buildSubmission, uniqueName } from '../support/build.ts';
import type { PlantedReviews } from '../support/plant-reviews.ts';
import type { Desk } from './desk.ts';
import type { Ledger } from './ledger.ts';

export interface BusyHours {
  desk: Desk;
  ledger: Ledger;
  /** Those that wait for `validator-1`; the clients end when all are decided. */
  planted: PlantedReviews;
  clients?: number;
  /** The first step of each so many is a submission, the others decide. @default 10 */
  submissionEvery?: number;
  /** Pause between two steps of a client. @default 0 */
  pauseMs?: number;
  isOver: () => boolean;
}

export interface BusyTally {
  accepted: number;
  /** Calls that nobody answered; each was asked again. */
  unanswered: number;
  /** Of those, found to have counted the first time. */
  foundDone: number;
  /** Sentences about calls that never got an answer, or a wrong one. */
  unresolved: string[];
}

const ANSWERED_WITHIN_MS = 120_000;

export async function workBusyHours(hours: BusyHours): Promise<BusyTally> {
  const { desk, ledger, planted, clients = 16, submissionEvery = 10, pauseMs = 0, isOver } = hours;
  const tally: BusyTally = { accepted: 0, unanswered: 0, foundDone: 0, unresolved: [] };
  const waiting = [...planted.ids];

  const insist = async <T extends { isRepeated: boolean }>(
    name: string,
    ask: () => Promise<T>,
  ): Promise<T | undefined> => {
    const deadline = Date.now() + ANSWERED_WITHIN_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await ask();
        tally.accepted++;
        if (attempt > 1 && answer.isRepeated) tally.foundDone++;
        if (attempt === 1 && answer.isRepeated)
          tally.unresolved.push(`${name} was a repeat the first time it was asked`);
        return answer;
      } catch (error) {
        if (error instanceof Refused && error.code !== 'NOT_READY') {
          tally.unresolved.push(`${name} was refused: ${error.code} ${error.message}`);
          return undefined;
        }
        tally.unanswered++;
        if (Date.now() > deadline) {
          tally.unresolved.push(
            `${name} never got an answer: ${error instanceof Error ? error.message : String(error)}`,
          );
          return undefined;
        }
        await delay(Math.min(1_000, 20 * attempt));
      }
    }
  };

  const client = async (): Promise<void> => {
    for (let step = 1; !isOver(); step++) {
      if (step % submissionEvery === 1) {
        const deliveryId = uniqueName('delivery');
        const submission = buildSubmission({ riskTier: 'medium' });
        const accepted = await insist(`delivery ${deliveryId}`, () => desk.submit(deliveryId, submission));
        if (accepted) ledger.deliveries.push(accepted);
      } else {
        const reviewId = waiting.pop();
        if (reviewId === undefined) return;
        const press = {
          reviewId,
          by: 'validator-1',
          outcome: 'APPROVED' as const,
          reason: `Read the plan and the metrics, ${uniqueName('note')}`,
          evidenceDigest: planted.evidenceDigest,
          key: uniqueName('key'),
        };
        const accepted = await insist(`decision on ${reviewId}`, () => desk.decide(press));
        if (accepted) ledger.decisions.push(accepted);
      }
      if (pauseMs > 0) await delay(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return tally;
}
