import { defineUpdate, setHandler } from '@temporalio/workflow';
import {
  DECISION_DEFERRED,
  PROCESS_STOPPED,
  REVIEW_CLOSED,
  REVIEW_MOVED,
  type DecisionDeferred,
  type ProcessStopped,
  type ReviewClosed,
  type ReviewMoved,
} from './contract.ts';

/** What a process has heard from Postgres so far. Hearing a thing twice changes nothing. */
export interface Heard {
  closed: Map<string, ReviewClosed>;
  /** New deadlines that were not acted on yet, by review. */
  moved: Map<string, ReviewMoved>;
  /** Approvals on condition that were not taken into account yet. */
  deferred: DecisionDeferred[];
  stopped: ProcessStopped | undefined;
}

/** Starts listening; call before the first await, so that nothing told early is lost. */
export function listen(): Heard {
  const heard: Heard = { closed: new Map(), moved: new Map(), deferred: [], stopped: undefined };
  setHandler(defineUpdate<void, [ReviewClosed]>(REVIEW_CLOSED), (closed) => {
    heard.closed.set(closed.reviewId, closed);
  });
  setHandler(defineUpdate<void, [ReviewMoved]>(REVIEW_MOVED), (moved) => {
    heard.moved.set(moved.reviewId, moved);
  });
  setHandler(defineUpdate<void, [DecisionDeferred]>(DECISION_DEFERRED), (deferred) => {
    heard.deferred.push(deferred);
  });
  setHandler(defineUpdate<void, [ProcessStopped]>(PROCESS_STOPPED), (stopped) => {
    heard.stopped ??= stopped;
  });
  return heard;
}
