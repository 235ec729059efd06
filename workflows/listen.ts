import { defineUpdate, setHandler } from '@temporalio/workflow';
import { PROCESS_STOPPED, REVIEW_CLOSED, type ProcessStopped, type ReviewClosed } from './contract.ts';

/** What a process has heard from Postgres so far. Hearing a thing twice changes nothing. */
export interface Heard {
  closed: Map<string, ReviewClosed>;
  stopped: ProcessStopped | undefined;
}

/** Starts listening; call before the first await, so that nothing told early is lost. */
export function listen(): Heard {
  const heard: Heard = { closed: new Map(), stopped: undefined };
  setHandler(defineUpdate<void, [ReviewClosed]>(REVIEW_CLOSED), (closed) => {
    heard.closed.set(closed.reviewId, closed);
  });
  setHandler(defineUpdate<void, [ProcessStopped]>(PROCESS_STOPPED), (stopped) => {
    heard.stopped ??= stopped;
  });
  return heard;
}
